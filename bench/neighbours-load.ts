import { type JsonObject, isJsonObject } from "../src/core/json.ts";
import { serveParent } from "./child.ts";
import { quantile } from "./figures.ts";
import { type Target, paramsText } from "./target.ts";
import { openHttp } from "./target-http.ts";

/**
 * Calls at a fixed rate, whether earlier ones were answered or not: to the 17 good upstreams in turn, which are timed and checked, and a few a
 * second to each of the bad ones, whose answers do not matter. `node neighbours-load.ts ORIGIN`.
 */

/** Calls a second to each bad upstream. */
const badRate = 5;
/** Time for the calls that are under way when a window ends, in ms. */
const graceMs = 25_000;
const bad = ["hangs", "crashes", "locked"];
const good = Array.from({ length: 17 }, (_, at) => `good${at}`);

const origin = process.argv[2] ?? "";
const targets = new Map<string, Target>();
for (const name of [...good, ...bad]) {
  targets.set(name, await openHttp({ kind: "http", era: "modern", origin, tool: `${name}__echo` }));
}
let lastId = 0;

function callText(id: number, name: string): string {
  const params = paramsText(`"name":"${name}__echo","arguments":{"text":"call ${id}"}`, "modern");
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
}

interface Asked {
  readonly rate: number;
  readonly ms: number;
  readonly hasBad: boolean;
}

async function measure({ rate, ms, hasBad }: Asked): Promise<JsonObject> {
  const latencies = new Float64Array(Math.ceil((rate * ms) / 1000) + 1);
  const wanted = Math.floor((rate * ms) / 1000);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const badRateNow = hasBad ? badRate * bad.length : 0;
  let [sent, sentBad, done] = [0, 0, 0];
  const startedAt = performance.now();
  const callGood = (): void => {
    const name = good[sent % good.length] ?? "";
    sent += 1;
    lastId += 1;
    const id = lastId;
    const sentAt = performance.now();
    targets.get(name)?.send(id, callText(id, name), (answer) => {
      latencies[done] = performance.now() - sentAt;
      done += 1;
      if (!isRight(answer, id)) reject(new Error(`call ${id} of ${name} was answered with ${shown(answer)}`));
      else if (done === wanted) resolve();
    });
  };
  const callBad = (): void => {
    const name = bad[sentBad % bad.length] ?? "";
    sentBad += 1;
    lastId += 1;
    targets.get(name)?.send(lastId, callText(lastId, name), () => undefined);
  };
  const timer = setInterval(() => {
    const elapsed = Math.min(performance.now() - startedAt, ms) / 1000;
    for (let due = Math.min(wanted, Math.ceil(elapsed * rate)) - sent; due > 0; due -= 1) callGood();
    for (let due = Math.ceil(elapsed * badRateNow) - sentBad; due > 0; due -= 1) callBad();
  }, 1);
  const late = setTimeout(reject, ms + graceMs, new Error("calls were still under way after the end"));
  await promise.finally(() => {
    clearInterval(timer);
    clearTimeout(late);
  });
  const sorted = latencies.subarray(0, done).toSorted();
  return { calls: done, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

function isRight(answer: JsonObject | Error, id: number): boolean {
  return !(answer instanceof Error) && answer["id"] === id && JSON.stringify(answer["result"]).includes(`"call ${id}"`);
}

function shown(answer: JsonObject | Error): string {
  return answer instanceof Error ? answer.message : JSON.stringify(answer).slice(0, 500);
}

serveParent(
  {},
  async (question) => {
    if (!isJsonObject(question) || question["kind"] !== "measure") throw new Error("no such question");
    return measure({
      rate: Number(question["rate"]),
      ms: Number(question["ms"]),
      hasBad: question["hasBad"] === true,
    });
  },
  async () => {
    await Promise.all([...targets.values()].map((target) => target.close()));
  },
);
