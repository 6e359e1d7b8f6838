import { type ChildProcess, spawn } from "node:child_process";
import { kill } from "../../shared/kill.ts";

/** Waits for the end of its input, which is the gateway's own end, however it comes; what stops a service by its group is not meant for it. */
const script = 'trap "" INT TERM HUP; read -r _; kill -9 "$0"';

/**
 * Ends a process when the gateway ends, even by SIGKILL or for want of memory: a program that computes never sees that its channel is closed. A shell
 * waits beside it until then; where there is no `/bin/sh`, only a process that rests ends with the gateway.
 */
export function guard(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const shell = spawn("/bin/sh", ["-c", script, String(child.pid)], { env: {}, stdio: ["pipe", "ignore", "ignore"] });
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  // A pipe to a process is a socket, and holds the gateway up unless it is told not to.
  if ("unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  // Before its input ends: by then another process may have the number.
  child.once("exit", () => {
    kill(shell);
  });
}
