import type { JsonObject, ToolResult } from "./answers.ts";
import { refusalOf, send } from "./api.ts";

/** How far a call is. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What came of a call, and what the gateway says of it. */
export interface Answered {
  readonly result: ToolResult;
  /** Under which it is on record. */
  readonly id: string | undefined;
  /** What the cache did: `none`, `hit`, `miss`, `stale`, `joined`. */
  readonly cache: string;
}

/**
 * Calls a tool as every program may, and tells how far it is. The signal cancels the call, at the upstream too.
 *
 * @throws {Refusal} where there is no result; an `AbortError` where the signal fired.
 */
export async function callTool(
  tool: string,
  args: JsonObject,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Answered> {
  const response = await send("/api/call", { json: { tool, arguments: args }, accept: "text/event-stream", signal });
  let about: Omit<Answered, "result"> = { id: undefined, cache: "none" };
  if (response.body === null) throw new Error("the answer has no body");
  for await (const { event, data } of eventsOf(response.body)) {
    if (event === "progress") onProgress(JSON.parse(data));
    else if (event === "call") about = JSON.parse(data);
    else if (event === "result") return { result: JSON.parse(data), ...about };
    else if (event === "error") throw refusalOf(JSON.parse(data));
  }
  throw refusalOf({
    message: "The answer ended before the result",
    data: { suggestion: "Has the gateway stopped? Call it again." },
  });
}

/** Makes a call on record once more; `confirmed` where it may change something. @throws {Refusal} why it is not made. */
export async function replayCall(id: string, confirmed: boolean): Promise<Answered> {
  const response = await send(`/api/calls/${encodeURIComponent(id)}/replay`, { json: { confirmed } });
  return {
    result: await response.json(),
    id: response.headers.get("switchyard-call") ?? undefined,
    cache: response.headers.get("switchyard-cache") ?? "none",
  };
}

async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const fieldOf = (name: string): string =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
      yield { event: fieldOf("event"), data: fieldOf("data") };
    }
  }
}
