import { type JsonObject, isJsonObject } from "../../../src/core/json.ts";
import { SseReader } from "../../../src/transport/sse.ts";

/** Posts one message, and hands on what comes back for as long as the answer lasts. */
export async function exchange(
  url: string,
  message: JsonObject,
  headers: Readonly<Record<string, string>>,
  take: (message: JsonObject) => void,
): Promise<Response> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify(message),
  });
  await readMessages(response, take);
  return response;
}

/** Hands on every message in a response, be it JSON or an event stream. */
export async function readMessages(response: Response, take: (message: JsonObject) => void): Promise<void> {
  if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) {
    const body = await response.text();
    if (body !== "") takeText(body, take);
    return;
  }
  const reader = new SseReader({
    event: ({ data }) => {
      takeText(data.toString("utf8"), take);
    },
    retry: () => undefined,
    tooLong: () => undefined,
  });
  for await (const chunk of response.body ?? []) reader.push(Buffer.from(chunk));
}

function takeText(text: string, take: (message: JsonObject) => void): void {
  const message: unknown = JSON.parse(text);
  if (isJsonObject(message)) take(message);
}
