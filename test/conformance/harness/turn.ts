import { connect } from "node:net";

/** Waits until the turnstile at this port lets us in; the place is ours until the process ends. */
export async function takeTurn(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port, "127.0.0.1");
  socket.once("data", () => {
    resolve();
  });
  socket.once("error", reject);
  await promise;
  socket.unref();
}
