import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type LoginOptions, type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import type { UpstreamStatus } from "../../src/gateway/status.ts";
import type { HttpServer } from "../../src/server/server.ts";
import { type HttpTarget, type UpstreamTarget, upstreamDefaults } from "../../src/upstream/options.ts";
import type { UpstreamState } from "../../src/upstream/state.ts";
import { type AuthorizationServer, browse, startAuthorizationServer } from "./authorization-server.ts";
import { type ProtectedServer, protectedHttp } from "./protected-server.ts";
import { rawModern } from "./raw-client.ts";
import type { Rig } from "./rig.ts";
import { ScriptedServer, modernScript } from "./scripted-server.ts";
import { until } from "./until.ts";

/** A folder that is gone at the end. */
export async function newFolder(rig: Rig): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-oauth-"));
  rig.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An MCP server that wants tokens, and the authorization server that gives them. */
export interface Stand {
  readonly auth: AuthorizationServer;
  readonly upstream: ProtectedServer;
}

/** Starts both. */
export async function newStand(rig: Rig, script = modernScript()): Promise<Stand> {
  const auth = rig.use(await startAuthorizationServer());
  const upstream = rig.use(await protectedHttp(new ScriptedServer(script), auth));
  return { auth, upstream };
}

/** A gateway that listens, in front of one upstream, `up`. */
export interface Front {
  readonly switchyard: Switchyard;
  readonly server: HttpServer;
  status(): UpstreamStatus;
  /** Where a person is asked to log in, once one is. */
  address(): Promise<string>;
  isReady(): Promise<void>;
  call(): Promise<JsonObject>;
}

/** A gateway in front of one upstream that listens, as `switchyard serve` does. */
export function newFront(
  rig: Rig,
  url: string,
  oauth: LoginOptions = {},
  target: Partial<HttpTarget> = {},
  clock?: Clock,
): Promise<Front> {
  return newFrontOf(rig, { kind: "http", url, headers: {}, ...target }, oauth, clock);
}

/** The same in front of an upstream over any transport. */
export async function newFrontOf(
  rig: Rig,
  target: UpstreamTarget,
  oauth: LoginOptions = {},
  clock: Clock = systemClock,
): Promise<Front> {
  const switchyard = rig.use(
    startSwitchyard({ upstreams: [{ name: "up", target, ...upstreamDefaults }], oauth, clock }),
  );
  const server = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const status = (): UpstreamStatus => {
    const [found] = switchyard.status().upstreams;
    assert.ok(found);
    return found;
  };
  return {
    switchyard,
    server,
    status,
    async address() {
      await until(() => status().authorizationUrl !== undefined, "somebody is asked to log in");
      return status().authorizationUrl ?? "";
    },
    isReady: () => until(() => status().state.kind === "ready", "the upstream is ready"),
    async call() {
      const { answer } = await rawModern(`${server.origin}/mcp`)("tools/call", { name: "up__echo", arguments: {} });
      return isJsonObject(answer["result"]) ? answer["result"] : answer;
    },
  };
}

/** The sentence of a call that failed on the way. */
export function failureIn(result: JsonObject): {
  readonly code: unknown;
  readonly text: string;
  readonly data: JsonObject;
} {
  const meta = isJsonObject(result["_meta"]) ? result["_meta"] : {};
  const data = isJsonObject(meta["switchyard/error"]) ? meta["switchyard/error"] : {};
  return { code: data["code"], text: JSON.stringify(result["content"]), data };
}

/** Where the upstream stands. */
export function stateOf(front: Front): UpstreamState {
  return front.status().state;
}

/** Whether the tool itself has answered. */
export function isAnswered(result: JsonObject): boolean {
  return result["isError"] === undefined && JSON.stringify(result["content"]).includes('"hi"');
}

/** Does what a person does who is asked to log in. */
export async function logIn(front: Front): Promise<void> {
  const page = await browse(await front.address());
  assert.match(page.text, /Switchyard may now use up\./);
  assert.equal(page.status, 200);
}
