import { type JsonObject, isJsonObject } from "../src/core/json.ts";

/** What a process of the benchmark does when its parent asks. Every answer is one JSON object. */
export type Answering = (question: JsonObject) => JsonObject | Promise<JsonObject>;

/**
 * Makes this process one of the benchmark's: tells the parent that it is ready, tells it its CPU time whenever asked, and ends with
 * it, however the parent ends.
 */
export function serveParent(ready: JsonObject, answer: Answering, close: () => Promise<void> | void = () => {}): void {
  process.on("message", (question) => {
    void reply(isJsonObject(question) ? question : {}, answer);
  });
  process.once("disconnect", () => {
    setTimeout(exit, closeMs).unref();
    void Promise.resolve(close()).finally(exit);
  });
  tell({ kind: "ready", ...ready });
}

/** How long a process may take to end well. */
const closeMs = 3000;

/** For a process that is only measured, and asked nothing. */
export function nothingToAsk(): never {
  throw new Error("this process answers no questions");
}

async function reply(question: JsonObject, answer: Answering): Promise<void> {
  try {
    tell({ kind: "answer", ...(question["kind"] === "cpu" ? process.cpuUsage() : await answer(question)) });
  } catch (thrown) {
    tell({ kind: "failed", reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
  }
}

function tell(message: JsonObject): void {
  if (process.connected) process.send?.(message);
}

function exit(): void {
  process.exit();
}
