import type { JsonObject, ToolResult } from "./answers.ts";
import { refusalOf, send } from "./api.ts";

/** How far a call is. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
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
): Promise<ToolResult> {
  const response = await send("/api/call", { json: { tool, arguments: args }, accept: "text/event-stream", signal });
  if (response.body === null) throw new Error("the answer has no body");
  for await (const { event, data } of eventsOf(response.body)) {
    if (event === "progress") onProgress(JSON.parse(data));
    else if (event === "result") return JSON.parse(data);
    else if (event === "error") throw refusalOf(JSON.parse(data));
  }
  throw refusalOf({
    message: "The answer ended before the result",
    data: { suggestion: "Has the gateway stopped? Call it again." },
  });
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
