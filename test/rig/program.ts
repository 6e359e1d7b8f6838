import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import type { Place } from "./downstream.ts";
import type { Rig } from "./rig.ts";

/** A gateway in front of these upstreams as a program that a client starts. Its end, and its children's, is watched by the rig. */
export function gatewayProgram(rig: Rig, upstreams: readonly UpstreamOptions[]): Place {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-scenario-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true });
  });
  const pidFile = join(folder, "pids");
  writeFileSync(pidFile, "");
  rig.watchPidsIn(pidFile);
  const program = fileURLToPath(new URL("stdio-gateway.ts", import.meta.url));
  const places = upstreams.map(({ name, target }) => `${name}=${whereabouts(target)}`);
  return { kind: "stdio", command: process.execPath, args: [program, pidFile, ...places] };
}

function whereabouts(target: UpstreamOptions["target"]): string {
  if (target.kind === "http") return target.url;
  return target.kind === "stdio" ? (target.args[0] ?? "") : "";
}
