import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import type { Front, Rig } from "./rig.ts";

const example = fileURLToPath(new URL("../../examples/cashflow/", import.meta.url));

/** The sample company in a folder of its own, which is gone at the rig's end. */
export async function companyFolder(rig: Rig): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "switchyard-cashflow-"));
  rig.defer(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, "borealis");
  await cp(example, folder, { recursive: true });
  return folder;
}

/** The cash-flow connector, as a configuration names it, on a folder. */
export function cashflowUpstream(folder: string): UpstreamOptions {
  const target = { kind: "connector", connector: "cashflow", folder, config: { dir: "." } } as const;
  return { ...upstreamDefaults, name: "cashflow", target };
}

/** A gateway in front of the cash-flow connector on a folder of its own. */
export async function cashflowStand(rig: Rig): Promise<Front & { readonly folder: string }> {
  const folder = await companyFolder(rig);
  return { ...(await rig.gateway([cashflowUpstream(folder)])), folder };
}
