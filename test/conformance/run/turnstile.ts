import { type Socket, createServer } from "node:net";

/** What lets clients through; disposing it ends the wait of all. */
export interface Turnstile extends AsyncDisposable {
  readonly port: number;
}

/**
 * Lets clients through a few at a time, each when another has ended: the suite starts all of its clients at once, which are more than a
 * small machine can run without some of them coming too late.
 */
export async function openTurnstile(places: number): Promise<Turnstile> {
  const inside = new Set<Socket>();
  const waiting = new Set<Socket>();
  const letIn = (): void => {
    for (const socket of waiting) {
      if (inside.size >= places) return;
      waiting.delete(socket);
      inside.add(socket);
      socket.write("go");
    }
  };
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => {
      // A client that was killed: its place is free all the same.
    });
    socket.on("close", () => {
      waiting.delete(socket);
      inside.delete(socket);
      letIn();
    });
    letIn();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the turnstile has no port");
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      for (const socket of [...waiting, ...inside]) socket.destroy();
      await closed;
    },
  };
}
