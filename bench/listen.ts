import { once } from "node:events";
import type { Server } from "node:http";

/** Binds a server to a free port of this machine alone, and keeps its idle connections through the other systems' turns. */
export async function listenLocally(server: Server): Promise<{ readonly origin: string }> {
  server.keepAliveTimeout = 75_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { origin: `http://127.0.0.1:${address.port}` };
}
