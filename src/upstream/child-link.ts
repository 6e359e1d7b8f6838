import { type ChildChannel, startChild } from "../transport/child-stdio.ts";
import type { ConnectionDeps } from "./connection.ts";
import { limitsOf } from "./limits.ts";
import type { LinkReceiver } from "./link.ts";
import type { StdioTarget } from "./options.ts";
import { StreamLink } from "./stream-link.ts";

/**
 * Starts an upstream's child, has its processes watched for as long as they run, and tells its owner of it.
 *
 * @throws {GatewayError} what {@link startChild} throws.
 */
export async function openChild(
  target: StdioTarget,
  { guardian, watcher, owner }: Pick<ConnectionDeps, "guardian" | "watcher" | "owner">,
  receiver: LinkReceiver,
): Promise<StreamLink> {
  const child = await startChild(target, guardian, { onStderr: (line) => owner?.wrote(line) });
  owner?.started(child.pid);
  if (watcher !== undefined && owner !== undefined) watch(child, target, { watcher, owner });
  return new StreamLink(child, receiver, child);
}

function watch(
  child: ChildChannel,
  { limits }: StdioTarget,
  { watcher, owner }: Required<Pick<ConnectionDeps, "watcher" | "owner">>,
): void {
  const stop = watcher.watch({
    pid: child.pid,
    limits: limitsOf(limits),
    isBusy: () => owner.isBusy(),
    measured: (usage) => {
      owner.measured(usage);
    },
    warned: (warning) => {
      owner.warned(warning);
    },
    exceeded: (problem, pids) => {
      child.kill(problem, pids);
    },
  });
  void child.exited.then(() => {
    stop();
    owner.measured(undefined);
  });
}
