import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childProgram } from "../../src/connector/child-program.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import type { Rig } from "./rig.ts";

/** A folder with a small shop, `shop.db`, and `visits.csv`; gone at the rig's end. */
export async function shopFolder(rig: Rig): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-shop-"));
  rig.defer(() => rm(folder, { recursive: true, force: true }));
  const shop = new DatabaseSync(join(folder, "shop.db"));
  shop.exec(`CREATE TABLE orders (id INTEGER, day TEXT, customer TEXT, total REAL, items INTEGER);
    INSERT INTO orders VALUES
      (1, '2026-01-05', 'ada', 10.5, 1), (2, '2026-01-20', 'bob', 20, 2), (3, '2026-02-03', NULL, 30, 3), (4, '2026-02-17', 'ada', 44, 4)`);
  shop.close();
  await writeFile(join(folder, "visits.csv"), "day,visits\n2026-01-05,5\n2026-02-03,7\n");
  return folder;
}

/** The server of sources, `data`, with that folder's, as a configuration names it. */
export function dataUpstream(folder: string): UpstreamOptions {
  const sources = { shop: { type: "sqlite", file: "shop.db" }, lake: { type: "files", dir: "." } };
  return {
    ...upstreamDefaults,
    name: "data",
    target: { kind: "stdio", ...childProgram("data", folder, { sources }) },
  };
}
