import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../src/config/load.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { ConfigChange, ConfigRefusal } from "../../src/events/fact.ts";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import type { UpstreamStatus } from "../../src/gateway/status.ts";
import type { Rig } from "./rig.ts";
import { until } from "./until.ts";

const fixtures = new URL("../faults/fixtures/", import.meta.url);

/** An entry for one of the scripts of the faults. */
export function entryOf(script: string, more: JsonObject = {}, ...args: readonly string[]): JsonObject {
  return { command: process.execPath, args: [fileURLToPath(new URL(`${script}.mjs`, fixtures)), ...args], ...more };
}

/** A gateway that listens and was started from a file. */
export interface LiveFront {
  readonly switchyard: Switchyard;
  /** Where everything is offered, under prefixed names. */
  readonly url: string;
  readonly folder: string;
  readonly file: string;
  /** What the file says. */
  text(): string;
  /** Writes the file, as an editor does. */
  write(text: string): void;
  status(name: string): UpstreamStatus;
  reaches(name: string, kind: UpstreamStatus["state"]["kind"]): Promise<UpstreamStatus>;
  /** Sends an operator's request; the answer's status and body. */
  api(method: string, path: string, body?: JsonObject, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  /** What was told of the configuration. */
  facts(): (ConfigChange | ConfigRefusal)[];
  /** Resolves when a new one was told, with it. */
  nextFact(change: () => unknown): Promise<ConfigChange | ConfigRefusal>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly text: string;
}

/** What a gateway from a file is opened with. */
export interface LiveOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly name?: string;
}

/** Starts a gateway from a new file that says this; waits for no server. */
export async function openLive(rig: Rig, text: string | JsonObject, options: LiveOptions = {}): Promise<LiveFront> {
  const { env = {}, name = "switchyard.jsonc" } = options;
  const folder = await mkdtemp(join(tmpdir(), "switchyard-"));
  rig.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, typeof text === "string" ? text : JSON.stringify({ mcpServers: text }, undefined, 2));
  const { upstreams, catalog, policies, alerts } = await loadConfig(file, env, folder);
  const configFile = { path: file, env, cwd: folder };
  const switchyard = rig.use(startSwitchyard({ upstreams, catalog, policies, alerts, configFile }));
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const status = (upstream: string): UpstreamStatus => {
    const found = switchyard.status().upstreams.find((each) => each.name === upstream);
    if (found === undefined) throw new Error(`there is no upstream ${upstream}`);
    return found;
  };
  const facts = (): (ConfigChange | ConfigRefusal)[] =>
    switchyard.events
      .after(0)
      .events.filter((event) => event.type === "config.changed" || event.type === "config.refused")
      .map(({ seq: _seq, at: _at, ...fact }) => fact);
  return {
    switchyard,
    url: `${origin}/mcp`,
    folder,
    file,
    text: () => readFileSync(file, "utf8"),
    write: (next) => {
      writeFileSync(file, next);
    },
    status,
    async reaches(upstream, kind) {
      await until(() => status(upstream).state.kind === kind, `${upstream} is ${kind}`);
      return status(upstream);
    },
    api: (method, path, body = {}, headers = {}) => request(`${origin}${path}`, method, body, headers),
    facts,
    async nextFact(change) {
      const before = facts().length;
      await change();
      await until(() => facts().length > before, "the configuration changed or was refused");
      const fact = facts()[before];
      if (fact === undefined) throw new Error("no fact");
      return fact;
    },
  };
}

async function request(
  url: string,
  method: string,
  body: JsonObject,
  headers: Readonly<Record<string, string>>,
): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", connection: "close", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text };
}
