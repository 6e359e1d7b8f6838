import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { png } from "./fixture.ts";
import { type Rig, scriptUpstream } from "./rig.ts";

/** The reference servers of the MCP project, as npm has them. */
export type NpmServer = "everything" | "filesystem" | "memory";

/** The script that runs a server. */
export function scriptOf(server: NpmServer): string {
  const inPackage = `node_modules/@modelcontextprotocol/server-${server}/dist/index.js`;
  return fileURLToPath(new URL(`../../${inPackage}`, import.meta.url));
}

/** Why the tests of a server are skipped: two of the packages are optional. False where it is there. */
export function whyWithout(server: NpmServer): string | false {
  return existsSync(scriptOf(server)) ? false : `@modelcontextprotocol/server-${server} is not installed`;
}

/** The servers that are installed, and the folder that the filesystem server may read. */
export interface NpmServers {
  readonly upstreams: UpstreamOptions[];
  /** Holds `poem.txt` (two lines) and `pixel.png`. */
  readonly folder: string;
}

/** Prepares what the servers work on. */
export function npmServers(rig: Rig): NpmServers {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "switchyard-scenario-")));
  rig.defer(() => {
    rmSync(root, { recursive: true });
  });
  const folder = join(root, "files");
  mkdirSync(folder);
  writeFileSync(join(folder, "poem.txt"), "roses are red\nviolets are blue\n");
  writeFileSync(join(folder, "pixel.png"), Buffer.from(png, "base64"));
  const memory = scriptUpstream("memory", scriptOf("memory"));
  const all = [
    scriptUpstream("everything", scriptOf("everything")),
    scriptUpstream("filesystem", scriptOf("filesystem"), folder),
    { ...memory, target: { ...memory.target, env: { MEMORY_FILE_PATH: join(root, "memory.jsonl") } } },
  ];
  return { upstreams: all.filter(({ target }) => existsSync(target.args[0] ?? "")), folder };
}
