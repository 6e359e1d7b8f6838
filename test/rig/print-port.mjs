// Says on stderr, before anything else happens there, on which port a server that the program starts listens.
import { Server } from "node:net";

const { listen } = Server.prototype;
Server.prototype.listen = function listenAndSay(...args) {
  this.once("listening", () => process.stderr.write(`listens on port ${this.address().port}\n`));
  return listen.apply(this, args);
};
