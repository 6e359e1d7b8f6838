import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { Session, Outlet } from "../gateway/session.ts";
import { notificationText } from "../protocol/frame.ts";
import { sseEvent, sseKeepAlive } from "../transport/sse.ts";
import { keepAliveMs, maxUnreadBytes, openStream } from "./reply.ts";

/**
 * Opens the stream on which a session is sent what it did not ask for. A client that does not read loses the stream, and opens another
 * one when it comes back; changes of lists are told then.
 *
 * @see MCP 2025-11-25, basic/transports, Listening for Messages from the Server.
 */
export function openSessionStream(session: Session, response: ServerResponse, clock: Clock): void {
  openStream(response, { "mcp-session-id": session.id });
  const end = (): void => {
    response.end();
  };
  const outlet: Outlet = ({ method, params }) => {
    if (response.writableEnded || response.destroyed) return false;
    if (response.writableLength > maxUnreadBytes) {
      response.destroy();
      return false;
    }
    response.write(sseEvent(Buffer.from(notificationText(method, params))));
    return true;
  };
  const stopKeepAlive = clock.every(keepAliveMs, () => {
    if (response.writableLength === 0) response.write(sseKeepAlive);
  });
  response.on("close", () => {
    stopKeepAlive();
    session.shut(outlet);
  });
  session.open(outlet, end);
}
