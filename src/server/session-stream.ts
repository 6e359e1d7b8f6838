import type { Clock } from "../core/clock.ts";
import type { Session, Outlet } from "../gateway/session.ts";
import { notificationText } from "../protocol/frame.ts";
import { sseKeepAlive } from "../transport/sse.ts";
import type { ReplayStream } from "./replay.ts";
import { keepAliveMs, maxUnreadBytes } from "./reply.ts";
import type { HttpResponse } from "./http-exchange.ts";

/**
 * Makes this the stream on which a session is sent what it did not ask for. A client that does not read loses its connection, and goes on
 * when it comes back; changes of lists are told then.
 *
 * @see MCP 2025-11-25, basic/transports, Listening for Messages from the Server.
 */
export function sendUnasked(session: Session, stream: ReplayStream, response: HttpResponse, clock: Clock): void {
  const outlet: Outlet = ({ method, params }) => {
    if (response.writableEnded || response.destroyed) return false;
    if (stream.isStalled(maxUnreadBytes)) {
      response.destroy();
      return false;
    }
    return stream.send(Buffer.from(notificationText(method, params)));
  };
  const stopKeepAlive = clock.every(keepAliveMs, () => {
    if (response.writableLength === 0) response.write(sseKeepAlive);
  });
  response.on("close", () => {
    stopKeepAlive();
    session.shut(outlet);
  });
  session.open(outlet, () => {
    stream.end();
  });
}
