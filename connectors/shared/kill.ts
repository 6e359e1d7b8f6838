import type { ChildProcess } from "node:child_process";

/** Ends a process at once. One that could not be started has no number, and a signal to it would go to the gateway's own group of processes. */
export function kill(child: ChildProcess): void {
  if (child.pid !== undefined) child.kill("SIGKILL");
}
