import { appendFileSync } from "node:fs";
import { startSwitchyard } from "../../src/gateway.ts";
import { ownStdio } from "../../src/transport/own-stdio.ts";
import { httpUpstream, scriptUpstream } from "./rig.ts";

/*
 * A gateway as a program, for clients that start their server:
 *
 *   node stdio-gateway.ts PID-FILE NAME=URL-OR-SCRIPT …
 *
 * Writes its own id and that of each child to the file, so that whoever started it can see that they end.
 */

const [pidFile = "", ...places] = process.argv.slice(2);

function note(pid: number | undefined): void {
  if (pid !== undefined) appendFileSync(pidFile, `${pid}\n`);
}

note(process.pid);
const upstreams = places.map((place) => {
  const [name = "", where = ""] = place.split("=");
  return where.startsWith("http") ? httpUpstream(name, where) : scriptUpstream(name, where, name);
});
const switchyard = startSwitchyard({
  upstreams,
  onStateChange: (upstream) => {
    note(upstream.pid);
  },
});
process.once("SIGTERM", () => {
  void switchyard.close().finally(() => process.exit());
});
await switchyard.serve(ownStdio({ input: process.stdin, output: process.stdout }), { kind: "all" }, "stdio");
await switchyard.close();
