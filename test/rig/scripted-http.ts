import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { type Listening, listenOnFreePort } from "./http-server.ts";
import type { ScriptedServer } from "./scripted-server.ts";

/** How answers are written: as JSON over several lines, or as an event stream. */
export type AnswerStyle = "json" | "stream";

/** A scripted server over Streamable HTTP. As JSON it sends answers only: notifications are dropped. */
export function scriptedHttp(server: ScriptedServer, style: AnswerStyle): Promise<Listening> {
  return listenOnFreePort((request, response) => {
    void serveScripted(server, style, request, response);
  });
}

/** Answers one request of Streamable HTTP by the script. */
export async function serveScripted(
  server: ScriptedServer,
  style: AnswerStyle,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") {
    response.writeHead(request.method === "DELETE" ? 200 : 405).end();
    return;
  }
  const body = await text(request);
  const message: unknown = JSON.parse(body);
  const id = isJsonObject(message) ? message["id"] : undefined;
  const channel = server.open();
  channel.start({
    frame: (frame) => {
      const sent: unknown = JSON.parse(frame.toString("utf8"));
      if (isJsonObject(sent)) write(response, style, sent, sent["id"] === id);
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  channel.send(body);
  if (id === undefined) response.writeHead(202).end();
}

function write(response: ServerResponse, style: AnswerStyle, message: JsonObject, isAnswer: boolean): void {
  if (style === "stream") {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream", ...sessionOf(message) });
    response.write(`data: ${JSON.stringify(message)}\n\n`);
    if (isAnswer) response.end();
  } else if (isAnswer) {
    response.writeHead(statusOf(message), { "content-type": "application/json", ...sessionOf(message) });
    response.end(JSON.stringify(message, undefined, 2));
  }
}

/** The answer to `initialize` brings a session. */
function sessionOf(message: JsonObject): Record<string, string> {
  const hasBegun = objectAt(message, "result")?.["protocolVersion"] !== undefined;
  return hasBegun ? { "mcp-session-id": "the-only-session" } : {};
}

/** The HTTP status that 2026-07-28 wants with an error. */
function statusOf(message: JsonObject): number {
  const code = objectAt(message, "error")?.["code"];
  if (code === -32601) return 404;
  return code === -32020 || code === -32021 || code === -32022 ? 400 : 200;
}
