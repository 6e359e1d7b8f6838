import { type IncomingMessage, type RequestListener, createServer } from "node:http";
import { type FetchLikeMcpHandler, type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";

/** A server of ours that listens on a free port of this machine. */
export interface Listening extends AsyncDisposable {
  /** Where MCP is spoken. */
  readonly url: string;
}

/** Serves HTTP on a free port; ends with every connection it has. */
export async function listenOnFreePort(
  handler: RequestListener,
  closeFirst?: () => Promise<void>,
): Promise<Listening & { readonly cutAll: () => void }> {
  // The gateway runs in the same process: after a pause of it, both would take up the same connection, one to close and one to use it.
  const server = createServer({ keepAliveTimeout: 75_000 }, handler);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    cutAll: () => {
      server.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      await closeFirst?.();
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Serves what answers web requests, likewise. */
export function listenForFetch(handler: FetchLikeMcpHandler, closeFirst: () => Promise<void>): Promise<Listening> {
  const serve = toNodeHandler(handler);
  return listenOnFreePort((request, response) => {
    void serve(plain(request), response);
  }, closeFirst);
}

function plain(request: IncomingMessage): NodeIncomingMessageLike {
  const { method = "GET", url = "/", headers } = request;
  return { method, url, headers, [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() };
}
