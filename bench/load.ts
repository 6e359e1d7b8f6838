import { type JsonObject, isJsonObject, stringAt } from "../src/core/json.ts";
import { serveParent } from "./child.ts";
import { quantile } from "./figures.ts";
import { type Target, type TargetOptions, paramsText } from "./target.ts";
import { openHttp } from "./target-http.ts";
import { openStdio } from "./target-stdio.ts";

/** The load generator: keeps a number of calls under way for a while, checks every answer and times it. */

interface Opened {
  readonly target: Target;
  readonly options: TargetOptions;
}

interface Window {
  readonly concurrency: number;
  /** No call begins after this long; those under way are awaited. */
  readonly ms: number;
  /** No more calls than this, however fast they are. */
  readonly maxCalls: number;
}

/** Time for the calls that are under way when a window ends. */
const graceMs = 10_000;

const opened = new Map<string, Opened>();
let lastId = 0;

async function open(question: JsonObject): Promise<JsonObject> {
  const options: TargetOptions = {
    kind: stringAt(question, "target") === "stdio" ? "stdio" : "http",
    era: stringAt(question, "era") === "legacy" ? "legacy" : "modern",
    origin: stringAt(question, "origin") ?? "",
    tool: stringAt(question, "tool") ?? "",
    key: stringAt(question, "key") ?? "",
    isRepeated: question["isRepeated"] === true,
  };
  const target = options.kind === "stdio" ? await openStdio(options) : await openHttp(options);
  opened.set(stringAt(question, "name") ?? "", { target, options });
  return {};
}

/** Runs one window. Rejects at the first answer that is wrong: figures with errors in them are worth nothing. */
async function measure({ target, options }: Opened, { concurrency, ms, maxCalls }: Window): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const latencies = new Float64Array(maxCalls);
  const startedAt = performance.now();
  let begun = 0;
  let done = 0;
  let lanes = concurrency;
  const next = (): void => {
    if (begun === maxCalls || performance.now() - startedAt >= ms) {
      lanes -= 1;
      if (lanes === 0) resolve();
      return;
    }
    begun += 1;
    lastId += 1;
    const id = lastId;
    const said = `What call ${options.isRepeated === true ? 0 : id} of this run says, and what it should hear again`;
    const sentAt = performance.now();
    target.send(id, callText(id, said, options), (answer) => {
      latencies[done] = performance.now() - sentAt;
      done += 1;
      const wrong = whatIsWrong(answer, id, said);
      if (wrong === undefined) next();
      else reject(new Error(wrong));
    });
  };
  for (let lane = 0; lane < concurrency; lane += 1) next();
  const timer = setTimeout(reject, ms + graceMs, new Error(`calls were still under way ${graceMs} ms after the end`));
  await promise.finally(() => {
    clearTimeout(timer);
  });
  const elapsedMs = performance.now() - startedAt;
  const sorted = latencies.subarray(0, done).toSorted();
  return { calls: done, elapsedMs, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

function callText(id: number, said: string, { tool, era }: TargetOptions): string {
  const params = paramsText(`"name":"${tool}","arguments":{"text":"${said}"}`, era);
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
}

function whatIsWrong(answer: JsonObject | Error, id: number, said: string): string | undefined {
  if (answer instanceof Error) return `call ${id} failed: ${answer.message}`;
  const result = answer["id"] === id ? answer["result"] : undefined;
  const content = isJsonObject(result) ? result["content"] : undefined;
  const first: unknown = Array.isArray(content) && content.length === 1 ? content[0] : undefined;
  if (isJsonObject(first) && first["type"] === "text" && first["text"] === said) return undefined;
  return `call ${id} was answered with ${JSON.stringify(answer).slice(0, 500)}`;
}

function known(question: JsonObject): Opened {
  const found = opened.get(stringAt(question, "name") ?? "");
  if (found === undefined) throw new Error("no such target");
  return found;
}

function windowOf(question: JsonObject): Window {
  return {
    concurrency: Number(question["concurrency"]),
    ms: Number(question["ms"]),
    maxCalls: Number(question["maxCalls"]),
  };
}

serveParent(
  {},
  async (question) => {
    switch (question["kind"]) {
      case "open":
        return open(question);
      case "measure":
        return measure(known(question), windowOf(question));
      case "cpu_of_target":
        return { ...(await known(question).target.cpu?.()) };
      default:
        throw new Error("no such question");
    }
  },
  async () => {
    await Promise.all([...opened.values()].map(({ target }) => target.close()));
  },
);
