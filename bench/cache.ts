import { localPrincipal } from "../src/access/principal.ts";
import { systemClock } from "../src/core/clock.ts";
import { CacheDesk } from "../src/gateway/cache-desk.ts";
import { dispatch } from "../src/gateway/dispatch.ts";
import { Gateway } from "../src/gateway/gateway.ts";
import type { Inbound } from "../src/gateway/inbound.ts";
import type { Next, Passage } from "../src/gateway/pipeline.ts";
import { upstreamDeps } from "../src/upstream-deps.ts";
import { answerText, readFrame } from "../src/protocol/frame.ts";
import { Payload } from "../src/protocol/payload.ts";
import { memoryPair } from "../src/transport/memory.ts";
import { upstreamDefaults } from "../src/upstream/options.ts";

/*
 * What the cache stage costs a call, in this process and without any transport: one that it has nothing to do with, one that writes, a hit, and
 * beside them the whole way of a hit from the parsed request to the text of the answer. `node bench/cache.ts`
 */

const tools = [
  { name: "look", inputSchema: { type: "object" }, annotations: { readOnlyHint: true, openWorldHint: false } },
  { name: "browse", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
  { name: "write", inputSchema: { type: "object" } },
];
const text = "x".repeat(400);

function serve(frame: Buffer, send: (text: string) => void): void {
  const message = readFrame(frame);
  if (message.kind !== "request") return;
  const results: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: "bench", version: "1" },
    },
    "tools/list": { tools },
    "tools/call": { content: [{ type: "text", text }] },
  };
  const result = results[message.method];
  const { id } = message;
  if (result === undefined) send(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }));
  else send(answerText(id, { kind: "result", result: Payload.of({ ...result }) }).toString());
}

function open() {
  const [ours, theirs] = memoryPair();
  theirs.start({
    frame: (frame) => {
      serve(frame, (answer) => theirs.send(answer));
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  return ours;
}

const desk = new CacheDesk(systemClock, 64 * 1024 ** 2);
/** The last passage that came to the stage, as the real path makes it. */
const seen: { passage: Passage | undefined } = { passage: undefined };
const gateway = new Gateway({
  upstreams: [{ name: "up", target: { kind: "channel", open }, ...upstreamDefaults }],
  deps: upstreamDeps(systemClock),
  stages: [
    {
      name: "cache",
      around: (next) => {
        const run = desk.stage.around(next);
        return (passage) => {
          seen.passage = passage;
          return run(passage);
        };
      },
    },
  ],
  stateKey: Buffer.alloc(32, 7),
});
gateway.start();
await gateway.settled;

function inboundOf(name: string, args: object): Inbound {
  return {
    route: { kind: "all" },
    codec: gateway.deps.codecs["2025-11-25"],
    method: "tools/call",
    params: { name: `up__${name}`, arguments: args },
    session: undefined,
    origin: { entrance: "internal", address: undefined },
    caller: { info: undefined, capabilities: {} },
    controller: new AbortController(),
    notify: () => undefined,
    principal: localPrincipal,
    ask: undefined,
  };
}

const argumentsOf = {
  one: { id: 7 },
  several: { limit: 20, filters: { status: "Open", customer: "ACME" }, fields: ["name", "total"] },
};

async function passageOf(name: string, args: object): Promise<Passage> {
  await dispatch(gateway, inboundOf(name, args), 1);
  if (seen.passage === undefined) throw new Error("no call came to the stage");
  return seen.passage;
}

const answered = Promise.resolve({ kind: "complete", answer: { kind: "result", result: Payload.of({}) } } as const);
const bare: Next = () => answered;
const staged = desk.stage.around(bare);

async function measure(title: string, run: () => Promise<unknown>): Promise<void> {
  const figures: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const times = 100_000;
    const before = process.cpuUsage();
    for (let time = 0; time < times; time += 1) await run();
    const { user, system } = process.cpuUsage(before);
    figures.push((user + system) / times);
  }
  const sorted = figures.toSorted((x, y) => x - y);
  console.log(
    `${title.padEnd(52)} ${(sorted[4] ?? 0).toFixed(3)} µs (${(sorted[0] ?? 0).toFixed(3)} to ${(sorted[8] ?? 0).toFixed(3)})`,
  );
}

const [browse, write, look, lookMore] = [
  await passageOf("browse", {}),
  await passageOf("write", {}),
  await passageOf("look", argumentsOf.one),
  await passageOf("look", argumentsOf.several),
];
// Only now is something kept that a write would drop.
await passageOf("look", argumentsOf.one);
await measure("no stage", () => bare(browse));
await measure("the stage, nothing to do", () => staged(browse));
await measure("the stage, a write with nothing kept", async () => staged(write));
await passageOf("look", argumentsOf.one);
await passageOf("look", argumentsOf.several);
await measure("the stage, a hit, one argument", () => staged(look));
await measure("the stage, a hit, several nested arguments", () => staged(lookMore));
await measure("request to answer's text, a hit", async () => {
  const { answer } = await dispatch(gateway, inboundOf("look", argumentsOf.one), 1);
  return answerText(1, answer);
});
await measure("request to answer's text, not cached, in memory", async () => {
  const { answer } = await dispatch(gateway, inboundOf("browse", argumentsOf.one), 1);
  return answerText(1, answer);
});
await gateway.close();
