import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { SwitchyardOptions } from "../../src/gateway.ts";
import { answerText, notificationText, readFrame, requestText } from "../../src/protocol/frame.ts";
import { memoryPair } from "../../src/transport/memory.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { countingServer, reached } from "../rig/counting-server.ts";
import { type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { type Front, Rig, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

fileRig();

interface Told {
  readonly text: string;
  /** What the result says of the cache. */
  readonly mark: unknown;
  readonly result: JsonObject;
}

function told(answer: JsonObject): Told {
  const result = objectAt(answer, "result") ?? {};
  const list = result["content"] ?? result["contents"];
  const [first] = Array.isArray(list) ? list.filter(isJsonObject) : [];
  return { text: String(first?.["text"]), mark: objectAt(result, "_meta")?.["switchyard/cache"], result };
}

async function stand(rig: Rig, era: "legacy" | "modern", options: Partial<SwitchyardOptions> = {}) {
  const server = countingServer(era);
  const clock = new ManualClock();
  const target = { kind: "channel", open: server.open } as const;
  const front = await rig.gateway([{ name: "up", target, ...upstreamDefaults }], { clock, ...options });
  const client: RawClient = era === "legacy" ? await rawLegacy(front.url) : rawModern(front.url);
  return {
    server,
    clock,
    front,
    call: async (name: string, args: JsonObject = {}): Promise<Told> =>
      told((await client("tools/call", { name: `up__${name}`, arguments: args })).answer),
    read: async (): Promise<Told> => told((await client("resources/read", { uri: "count://one" })).answer),
  };
}

for (const era of ["legacy", "modern"] as const) {
  suite(`the cache, in front of a ${era} server and for ${era} callers over HTTP`, () => {
    test("a second equal call does not reach the server, however its arguments are ordered, and says how old its answer is", async () => {
      await using rig = new Rig();
      const { call, server, clock } = await stand(rig, era);
      const first = await call("look", { a: 1, b: [2] });
      assert.deepEqual([first.text, first.mark], ["look 1", undefined]);
      clock.advance(1500);
      const second = await call("look", { b: [2], a: 1 });
      assert.deepEqual([second.text, second.mark], ["look 1", { state: "hit", ageMs: 1500 }]);
      assert.equal((await call("look", { b: [3], a: 1 })).text, "look 2");
      assert.equal(reached(server), 2);
    });

    test("what may look outside, or may change something, is called each time", async () => {
      await using rig = new Rig();
      const { call } = await stand(rig, era);
      assert.equal((await call("browse")).text, "browse 1");
      assert.equal((await call("browse")).text, "browse 2");
      assert.equal((await call("write")).text, "write 3");
      assert.equal((await call("write")).text, "write 4");
    });

    test("an operator may have a tool's results kept whatever it says of itself, and another's not", async () => {
      await using rig = new Rig();
      const tools = { write: { cache: { ttl: 1000, isListed: true } }, look: { cache: { isOn: false } } };
      const { call, clock } = await stand(rig, era, { policies: { upstreams: { up: { tools } } } });
      await call("write");
      assert.equal((await call("write")).text, "write 1");
      assert.equal((await call("look")).text, "look 2");
      assert.equal((await call("look")).text, "look 3");
      clock.advance(62_000);
      assert.equal((await call("write")).text, "write 4");
    });

    test("after a write nothing is kept of that server, or of what its tags name", async () => {
      await using rig = new Rig();
      const { call } = await stand(rig, era);
      assert.equal((await call("look")).text, "look 1");
      await call("browse");
      assert.equal((await call("look")).text, "look 1");
      await call("write");
      assert.equal((await call("look")).text, "look 4");
      await using other = new Rig();
      const tools = {
        look: { cache: { tags: ["orders"] } },
        browse: { cache: { ttl: 1000 } },
        write: { cache: { invalidates: ["orders"] } },
      };
      const tagged = await stand(other, era, { policies: { upstreams: { up: { tools } } } });
      await tagged.call("look");
      await tagged.call("browse");
      await tagged.call("write");
      assert.equal((await tagged.call("browse")).text, "browse 2");
      assert.equal((await tagged.call("look")).text, "look 4");
    });

    test("a result past its time is given at once while it is fetched anew, and not at all later", async () => {
      await using rig = new Rig();
      const { call, clock, server } = await stand(rig, era);
      await call("look");
      clock.advance(300_000);
      const stale = await call("look");
      assert.deepEqual([stale.text, stale.mark], ["look 1", { state: "stale", ageMs: 300_000 }]);
      assert.equal(reached(server), 2);
      assert.equal((await call("look")).text, "look 2");
      clock.advance(360_000);
      assert.equal((await call("look")).mark, undefined);
    });

    test("while a server's breaker is open its last results are given, and say that they are old; what was never kept fails", async () => {
      await using rig = new Rig();
      const tools = { look: { cache: { ttl: 2000, staleMs: 0 } } };
      const policies = { upstreams: { up: { timeoutMs: 1000, tools } } };
      const { call, clock, server, front } = await stand(rig, era, { policies });
      await call("look");
      server.answer("tools/call", "silence");
      for (let failures = 0; failures < 5; failures += 1) {
        const before = reached(server);
        const failed = call("browse");
        await until(() => reached(server) > before, "the call has reached the server");
        clock.advance(1000);
        await failed;
      }
      await until(() => front.switchyard.status().upstreams[0]?.state.kind === "degraded", "the breaker is open");
      const old = await call("look");
      assert.deepEqual([old.text, old.mark], ["look 1", { state: "stale", ageMs: 5000 }]);
      const failed = await call("look", { other: true });
      assert.match(JSON.stringify(failed.result), /"code":"breaker_open"/);
    });
  });
}

test("a resource is kept as long as a modern server says, and its receiver is told how much of that is left", async () => {
  await using rig = new Rig();
  const { read, clock, server } = await stand(rig, "modern");
  await read();
  clock.advance(4000);
  const { text, mark, result } = await read();
  assert.deepEqual([text, mark], ["read 1", { state: "hit", ageMs: 4000 }]);
  assert.deepEqual([result["ttlMs"], result["cacheScope"]], [6000, "public"]);
  server.notify("notifications/resources/updated", { uri: "count://one" });
  await until(async () => (await read()).text === "read 2", "it is read again");
  clock.advance(10_000);
  assert.equal((await read()).text, "read 3");
});

test("a legacy server's resource is kept where the operator says how long, and a modern caller is told so", async () => {
  await using rig = new Rig();
  const plain = await stand(rig, "legacy");
  await plain.read();
  assert.equal((await plain.read()).text, "read 2");
  const { front } = await stand(rig, "legacy", { policies: { upstreams: { up: { cache: { ttl: "metadata" } } } } });
  const modern = rawModern(front.url);
  const first = told((await modern("resources/read", { uri: "count://one" })).answer);
  assert.deepEqual([first.result["ttlMs"], first.result["cacheScope"], first.mark], [3_600_000, "private", undefined]);
  const second = told((await modern("resources/read", { uri: "count://one" })).answer);
  assert.deepEqual(
    [second.text, second.result["ttlMs"], second.result["cacheScope"]],
    ["read 1", 3_600_000, "private"],
  );
});

test("a change of a server's tools, or a server that comes back, ends what was kept of it", async () => {
  await using rig = new Rig();
  const { call, server, clock, front } = await stand(rig, "legacy");
  await call("look");
  server.notify("notifications/tools/list_changed");
  await until(async () => (await call("look")).text === "look 2", "it is called again");
  await server.leave();
  await until(() => front.switchyard.status().upstreams[0]?.state.kind === "recovering", "it is away");
  assert.equal((await call("look")).text, "look 2", "what is fresh is given meanwhile");
  clock.advance(60_000);
  await until(() => front.switchyard.status().upstreams[0]?.state.kind === "ready", "it is back");
  assert.equal((await call("look")).text, "look 3");
});

/** A modern caller on a stream, whose messages are served in the order in which they were sent. */
function streaming(rig: Rig, { switchyard }: Front) {
  const [ours, theirs] = memoryPair();
  const served = switchyard.serve(theirs);
  rig.defer(async () => {
    await ours.close();
    await served;
  });
  const answers = new Map<unknown, string>();
  ours.start({
    frame(frame) {
      const message = readFrame(frame);
      if (message.kind === "result") answers.set(message.id, answerText(message.id, message).toString());
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return {
    send: (id: number, name: string) => {
      ours.send(requestText(id, "tools/call", { name: `up__${name}`, arguments: {}, _meta: meta }));
    },
    cancel: (id: number) => {
      ours.send(notificationText("notifications/cancelled", { requestId: id }));
    },
    async answer(id: number): Promise<string> {
      await until(() => answers.has(id), "it is answered");
      return answers.get(id) ?? "";
    },
  };
}

test("over stdio too a second equal call does not reach the server", async () => {
  await using rig = new Rig();
  const { server, front } = await stand(rig, "modern");
  const client = streaming(rig, front);
  client.send(1, "look");
  await client.answer(1);
  client.send(2, "look");
  assert.match(await client.answer(2), /"switchyard\/cache":\{"state":"hit","ageMs":0\}.*look 1/);
  assert.equal(reached(server), 1);
});

test("equal calls at one time reach the server once; who leaves ends it only for itself; a failure is kept for nobody", async () => {
  await using rig = new Rig();
  const { server, front } = await stand(rig, "modern");
  const client = streaming(rig, front);
  const failed = { resultType: "complete", content: [{ type: "text", text: "no" }], isError: true };
  server.answer("tools/call", ({ name }) => (name === "look" ? "silence" : failed));
  const arrived = server.next("tools/call");
  for (const id of [1, 2, 3]) client.send(id, "look");
  client.cancel(1);
  client.send(4, "browse");
  await client.answer(4);
  const { id = 0 } = await arrived;
  assert.equal(reached(server), 2);
  assert.ok(server.received.every(({ method }) => method !== "notifications/cancelled"));
  server.complete(id, failed);
  assert.match(await client.answer(2), /"no"/);
  assert.match(await client.answer(3), /"no"/);
  client.send(5, "look");
  await until(() => reached(server) === 3, "it is asked again");
  client.cancel(5);
  await until(
    () => server.received.some(({ method }) => method === "notifications/cancelled"),
    "the last one has left",
  );
});
