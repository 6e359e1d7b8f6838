// Says on stderr, before anything else happens there, on which port a server that the program starts listens.
import { Server } from "node:net";

const listen = Reflect.get(Server.prototype, "listen");
Server.prototype.listen = function listenAndSay(...args) {
  this.once("listening", () => process.stderr.write(`listens on port ${this.address().port}\n`));
  return listen.apply(this, args);
};
