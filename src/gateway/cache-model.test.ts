import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { type Principal, localPrincipal } from "../access/principal.ts";
import { changedMethod, usesKey } from "../protocol/uses.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { codecsFor } from "../protocol/codecs.ts";
import type { RequestId } from "../protocol/json-rpc.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { Guardian } from "../transport/guardian.ts";
import { ScriptedServer, modernScript } from "../../test/rig/scripted-server.ts";
import { CacheDesk } from "./cache-desk.ts";
import { dispatch } from "./dispatch.ts";
import { Gateway } from "./gateway.ts";

/*
 * The cache against a model of ten lines: a world with one version, which writes change, of which every answer says what it saw. Whatever
 * happens in whichever order, an answer must be one that the server could have given after the call began, but for what is marked stale, which
 * may be older, and even then not older than a write. The trace context tells the server who asks; the cache does not look at it.
 */

const identity = { name: "switchyard", title: "Switchyard", version: "0" };
const codecs = codecsFor(identity);
const userOf = (id: string): Principal => ({ ...localPrincipal, id, kind: "key", role: "user" });
const users: readonly Principal[] = ["ann", "bob", "eve"].map(userOf);
const ttlMs = 10_000;
/** Room for some ten of the results below. */
const maxBytes = 16_000;

function toolsOf(schema: number): readonly JsonObject[] {
  const inputSchema = { type: "object", description: String(schema) };
  const annotations = { readOnlyHint: true, openWorldHint: false };
  return [
    { name: "shared", inputSchema, annotations },
    { name: "own", inputSchema, annotations },
    { name: "made", inputSchema, annotations },
    { name: "write", inputSchema },
  ];
}

/** What an answer says of the world that it saw. */
interface Seen {
  readonly version: number;
  readonly schema: number;
  readonly page: number;
  readonly part: number;
  readonly user: string;
  readonly isFailure: boolean;
  /** The step at which it was given. */
  readonly at: number;
}

interface Pending {
  readonly id: RequestId;
  readonly params: JsonObject;
  readonly isWrite: boolean;
  readonly seen: Omit<Seen, "at" | "isFailure">;
}

class World {
  readonly clock = new ManualClock();
  readonly server: ScriptedServer;
  readonly gateway: Gateway;
  readonly pending: Pending[] = [];
  readonly calls: Promise<void>[] = [];
  version = 0;
  schema = 0;
  page = 0;
  /** What the results of `made` say that they are made from. */
  part = 0;
  step = 0;
  /** What everybody who asks from now on must see. */
  floor = { version: 0, schema: 0, page: 0, part: 0 };
  readonly wrong: unknown[] = [];
  answered = 0;
  given = 0;

  constructor() {
    this.server = new ScriptedServer(modernScript());
    this.server.answer("server/discover", {
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: { listChanged: true }, resources: { listChanged: true, subscribe: true } },
      ttlMs: 0,
      cacheScope: "public",
    });
    this.server.answer("tools/list", () => ({
      resultType: "complete",
      tools: toolsOf(this.schema),
      ttlMs: 0,
      cacheScope: "public",
    }));
    this.server.answer("resources/list", {
      resultType: "complete",
      resources: [{ uri: "x://page", name: "page" }],
      ttlMs: 0,
      cacheScope: "public",
    });
    this.server.answer("resources/templates/list", {
      resultType: "complete",
      resourceTemplates: [],
      ttlMs: 0,
      cacheScope: "public",
    });
    this.server.answer("tools/call", (params, id) => this.#take(params, id));
    this.server.answer("resources/read", (params, id) => this.#take(params, id));
    const desk = new CacheDesk(this.clock, maxBytes);
    this.gateway = new Gateway({
      upstreams: [
        { name: "up", target: { kind: "channel", open: this.server.open }, timeoutMs: 60_000, startTimeoutMs: 5000 },
      ],
      deps: { clock: this.clock, random: () => 1, codecs, identity, guardian: new Guardian() },
      stages: [desk.stage],
      policies: {
        upstreams: {
          up: {
            cache: { staleMs: 2000, staleIfErrorMs: 20_000 },
            tools: {
              shared: { cache: { ttl: ttlMs, staleMs: 2000, staleIfErrorMs: 20_000 } },
              made: { cache: { ttl: ttlMs, staleMs: 2000, staleIfErrorMs: 20_000 } },
              own: { cache: { ttl: ttlMs, staleMs: 2000, staleIfErrorMs: 20_000, scope: "user" } },
            },
          },
        },
      },
      results: desk,
      stateKey: Buffer.alloc(32, 7),
    });
  }

  #take(params: JsonObject, id: RequestId): "silence" {
    const { version, schema, page, part } = this;
    const user = stringAt(objectAt(params, "_meta") ?? {}, "traceparent") ?? "";
    const isWrite = params["name"] === "write";
    // A write has begun to happen when it arrives, whatever its caller learns of it; one that is answered has gone on until then.
    if (isWrite) this.version += 1;
    this.pending.push({ id, params, isWrite, seen: { version, schema, page, part, user } });
    return "silence";
  }

  /** Lets one of those that wait be answered: well, as a failure of the tool, or as an error. */
  release(which: number, how: "ok" | "failed" | "error"): void {
    const [taken] = this.pending.splice(which % Math.max(1, this.pending.length), 1);
    if (taken === undefined) return;
    if (taken.isWrite) this.version += 1;
    const seen = { ...taken.seen, isFailure: how !== "ok", at: this.step };
    if (how === "error") {
      this.server.send(
        JSON.stringify({ jsonrpc: "2.0", id: taken.id, error: { code: 4711, message: JSON.stringify(seen) } }),
      );
      return;
    }
    const body = JSON.stringify(seen);
    const isResource = "uri" in taken.params;
    const content = isResource
      ? { contents: [{ uri: "x://page", text: body }], ttlMs: how === "ok" ? ttlMs : 0, cacheScope: "private" }
      : {
          content: [{ type: "text", text: body }],
          ...(how === "failed" ? { isError: true } : {}),
          ...(taken.params["name"] === "made" ? { _meta: { [usesKey]: ["part"] } } : {}),
        };
    this.server.complete(taken.id, { resultType: "complete", ...content });
  }

  call(
    method: "tools/call" | "resources/read",
    params: JsonObject,
    user: Principal,
    controller = new AbortController(),
  ): void {
    const begun = { ...this.floor, step: this.step };
    const isWrite = params["name"] === "up__write";
    const meta = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {}, traceparent: user.id };
    const outcome = dispatch(
      this.gateway,
      {
        route: { kind: "all" },
        codec: codecs["2026-07-28"],
        method,
        params: { ...params, _meta: meta },
        session: undefined,
        origin: { entrance: "internal", address: undefined },
        caller: { info: undefined, capabilities: {} },
        controller,
        notify: () => undefined,
        principal: user,
        ask: undefined,
      },
      this.step,
    );
    this.calls.push(
      outcome.then(({ answer, failure }) => {
        if (isWrite) this.floor = { ...this.floor, version: this.version };
        if (failure !== undefined) return;
        const value = answer.kind === "result" ? answer.result.value : undefined;
        const seen = seenIn(
          value === undefined && answer.kind === "error" ? answer.error.message : textIn(value ?? {}),
        );
        const isOwn = params["name"] === "up__own" || method === "resources/read";
        this.#note(
          method === "resources/read" ? method : String(params["name"]),
          seen,
          begun,
          isOwn ? user.id : undefined,
          objectAt(objectAt(value ?? {}, "_meta") ?? {}, "switchyard/cache"),
        );
      }),
    );
  }

  #note(...about: Parameters<World["check"]>): void {
    try {
      this.check(...about);
    } catch (thrown) {
      this.wrong.push(thrown);
    }
  }

  check(
    what: string,
    seen: Seen,
    begun: World["floor"] & { step: number },
    user: string | undefined,
    mark: JsonObject | undefined,
  ): void {
    this.answered += 1;
    if (mark !== undefined) this.given += 1;
    assert.ok(seen.version >= begun.version, `version ${seen.version} after a write had made it ${begun.version}`);
    if (what === "up__made") assert.ok(seen.part >= begun.part, `part ${seen.part} after ${begun.part} was told of`);
    if (what === "resources/read")
      assert.ok(seen.page >= begun.page, `page ${seen.page} after ${begun.page} was told of`);
    assert.ok(seen.schema >= begun.schema, `schema ${seen.schema} after ${begun.schema} was listed`);
    if (user !== undefined) assert.equal(seen.user, user, "an answer that was somebody else's alone");
    if (seen.isFailure) assert.ok(seen.at >= begun.step, "a failure that was kept");
    if (mark?.["state"] === "hit") assert.ok(Number(mark["ageMs"]) < ttlMs, "a result past its time, as a fresh one");
  }
}

function textIn(value: JsonObject): string {
  const list = value["content"] ?? value["contents"];
  const [first] = Array.isArray(list) ? list : [];
  return (isJsonObject(first) ? stringAt(first, "text") : undefined) ?? "";
}

function seenIn(text: string): Seen {
  const seen: Seen = JSON.parse(text);
  return seen;
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

const user = fc.nat({ max: users.length - 1 });
const steps = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      tool: fc.constantFrom("shared", "own", "made"),
      argument: fc.nat({ max: 2 }),
      user,
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("page" as const), user }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("write" as const), user }) },
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant("release" as const),
      which: fc.nat({ max: 9 }),
      how: fc.oneof(
        { weight: 6, arbitrary: fc.constant("ok" as const) },
        { weight: 2, arbitrary: fc.constantFrom("failed" as const, "error" as const) },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.constantFrom(100, 5000, 10_500, 13_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), which: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("schema" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("updated" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("part" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("list" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("timeout" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("gone" as const) }) },
);

type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

async function take(world: World, step: Step, controllers: AbortController[]): Promise<void> {
  world.step += 1;
  switch (step.kind) {
    case "read":
    case "page":
    case "write": {
      const principal = users[step.user] ?? users[0];
      const controller = new AbortController();
      controllers.push(controller);
      assert.ok(principal);
      if (step.kind === "page") world.call("resources/read", { uri: "x://page" }, principal, controller);
      else {
        const args = step.kind === "read" ? { argument: step.argument, pad: "x".repeat(step.argument * 60) } : {};
        world.call(
          "tools/call",
          { name: `up__${step.kind === "read" ? step.tool : "write"}`, arguments: args },
          principal,
          controller,
        );
      }
      break;
    }
    case "release":
      world.release(step.which, step.how);
      break;
    case "time":
      world.clock.advance(step.ms);
      break;
    case "leave":
      controllers.at(-1 - step.which)?.abort(new Error("left"));
      break;
    case "schema":
      world.schema += 1;
      world.server.notify("notifications/tools/list_changed");
      // Read again at most ten times a second.
      await settle();
      world.clock.advance(100);
      await settle();
      world.floor = {
        ...world.floor,
        schema:
          world.gateway.view({ kind: "all" }, localPrincipal.rights).entries("tools").length > 0 ? world.schema : 0,
      };
      break;
    case "part":
      world.part += 1;
      world.server.notify(changedMethod, { uses: ["part"] });
      await settle();
      world.floor = { ...world.floor, part: world.part };
      break;
    case "list":
      world.server.notify("notifications/resources/list_changed");
      await settle();
      break;
    case "updated":
      world.page += 1;
      world.server.notify("notifications/resources/updated", { uri: "x://page" });
      await settle();
      world.floor = { ...world.floor, page: world.page };
      break;
    case "timeout":
      world.pending.length = 0;
      world.clock.advance(60_000);
      await settle();
      // One that leaves too many in a row without an answer is connected anew.
      if (!world.server.isConnected) world.clock.advance(60_000);
      break;
    case "gone":
      world.pending.length = 0;
      await world.server.leave();
      await settle();
      world.clock.advance(60_000);
      break;
  }
  await settle();
}

test("whatever is read, written, changed and lost in whichever order, nobody gets what is no longer true, is another's, or was a failure", async () => {
  let [answered, given] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 80 }), async (chosen) => {
      const world = new World();
      world.gateway.start();
      await world.gateway.settled;
      const controllers: AbortController[] = [];
      try {
        for (const step of chosen) await take(world, step, controllers);
        while (world.pending.length > 0) {
          world.release(0, "ok");
          await settle();
        }
      } finally {
        await world.gateway.close();
      }
      await Promise.all(world.calls);
      if (world.wrong.length > 0) throw world.wrong[0];
      answered += world.answered;
      given += world.given;
    }),
    { numRuns: 150 },
  );
  // Otherwise it has shown nothing.
  assert.ok(given > answered / 25, `${given} of ${answered} answers came out of the cache`);
});
