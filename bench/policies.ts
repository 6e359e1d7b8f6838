/** What each policy costs a call: when it has nothing to do, and when it works. Ratios count, not figures: `node bench/policies.ts`. */
import { format } from "node:util";
import { Canceller, type Controller } from "../src/core/canceller.ts";
import { systemClock } from "../src/core/clock.ts";
import { ArgumentSchemas } from "../src/policy/argument-schemas.ts";
import { Bulkhead } from "../src/policy/bulkhead.ts";
import { PolicyTable, policyFor } from "../src/policy/call-policy.ts";
import { Durations } from "../src/policy/durations.ts";
import { Idempotency } from "../src/policy/idempotency.ts";
import { memoryIdempotencyStore } from "../src/policy/idempotency-store.ts";
import { MemoryRateLimiter } from "../src/policy/rate-limit.ts";
import { RetryBudget } from "../src/policy/retry.ts";
import { TimeLimit } from "../src/policy/time-limit.ts";

const rounds = 7;
const times = 200_000;
const never = new AbortController().signal;

const table = new PolicyTable({ upstreams: { up: { tools: { "read_*": { timeoutMs: 1 } } } } });
const limiter = new MemoryRateLimiter(systemClock);
const often = { perMinute: 1_000_000_000, burst: 1_000_000 };
const schemas = new ArgumentSchemas();
const schema = {
  type: "object",
  properties: { path: { type: "string" }, depth: { type: "integer", minimum: 0 }, mode: { enum: ["r", "w"] } },
  required: ["path"],
  additionalProperties: false,
};
await schemas.for(schema, () => undefined);
const given = { path: "/a", depth: 3, mode: "r" };
const slots = new Bulkhead({}, systemClock);
const durations = new Durations();
const budget = new RetryBudget();
const keys = new Idempotency<string>({}, systemClock, memoryIdempotencyStore(), { write: String, read: String });
let number = 0;

/** Each is run so often in a row; an async one one after another. */
const cases: readonly (readonly [name: string, run: () => unknown])[] = [
  ["nothing", () => undefined],
  ["policyFor: two looks", () => policyFor(table, "up", "read_x")],
  ["rate limit: take", () => limiter.take("caller\nada", often)],
  ["ending a call: an object of ours", () => heardOnce(new Canceller())],
  ["ending a call: the platform's", () => heardOnce(new AbortController())],
  ["validate: a compiled schema", () => schemas.known(schema)?.(given)],
  ["deadline: a timer and a controller", timedCall],
  [
    "durations: a sample",
    () => {
      durations.add("up\nread_x", 5);
    },
  ],
  [
    "retry: a deposit",
    () => {
      budget.deposit();
    },
  ],
  [
    "bulkhead: a free slot",
    () => {
      void slots.enter("ada", never);
      slots.leave();
    },
  ],
];

const awaited: readonly (readonly [name: string, run: () => Promise<unknown>])[] = [
  ["nothing, awaited", () => Promise.resolve()],
  ["idempotency: a new key", () => keyed(`${(number += 1)}`)],
  ["idempotency: a known key", () => keyed("known")],
  ["bulkhead: a full one, a turn", turnInQueue],
];

function unheard(): void {
  // Nothing is ended here.
}

/** A controller as a call has it: made, listened to, and not any more. */
function heardOnce({ signal }: Controller): void {
  signal.addEventListener("abort", unheard);
  signal.removeEventListener("abort", unheard);
}

function timedCall(): void {
  const controller = new AbortController();
  const limit = new TimeLimit(systemClock, { timeoutMs: 60_000, maxTimeoutMs: 3_600_000 }, () => {
    controller.abort();
  });
  limit.sign();
  limit.stop();
}

function keyed(key: string): Promise<unknown> {
  const call = { principal: "ada", upstream: "up", tool: "read_x", key, given };
  return keys.once(call, () => Promise.resolve({ kind: "answered", answer: "{}" }));
}

const narrow = new Bulkhead({ max: 1 }, systemClock);

async function turnInQueue(): Promise<void> {
  void narrow.enter("ada", never);
  const turn = narrow.enter("bob", never);
  narrow.leave();
  await turn;
  narrow.leave();
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

const measured = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, run] of cases) note(name, times, () => repeat(times, run));
  for (const [name, run] of awaited) {
    const begun = systemClock.monotonic();
    for (let time = 0; time < times / 10; time += 1) await run();
    add(name, systemClock.monotonic() - begun, times / 10);
  }
}

function repeat(count: number, run: () => unknown): void {
  for (let time = 0; time < count; time += 1) run();
}

function note(name: string, count: number, run: () => void): void {
  const begun = systemClock.monotonic();
  run();
  add(name, systemClock.monotonic() - begun, count);
}

function add(name: string, ms: number, count: number): void {
  const all = measured.get(name) ?? [];
  all.push((ms * 1_000_000) / count);
  measured.set(name, all);
}

process.stdout.write(format("Node %s, %d rounds, ns a call: median (fastest to slowest)\n", process.version, rounds));
for (const [name, figures] of measured) {
  const [low, high] = [Math.min(...figures), Math.max(...figures)];
  process.stdout.write(
    format("%s %d (%d to %d)\n", name.padEnd(38), median(figures).toFixed(0), low.toFixed(0), high.toFixed(0)),
  );
}
