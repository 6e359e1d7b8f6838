import { once } from "node:events";
import { type Socket, connect, createServer } from "node:net";

/** A line between two TCP peers that can go dead: what is sent on it is taken and lost, and nobody closes anything. */
export interface Proxy extends AsyncDisposable {
  /** The same address, by way of the line. */
  readonly url: string;
  /** Connections that are dead, or were until one side gave them up. */
  readonly lost: number;
  /** The peer vanishes: every connection is dead from now on, and so is every new one; where `isMeant` is given, only those whose latest request it takes. */
  vanish(isMeant?: (latest: string) => boolean): void;
  /** New connections work again. Those that are dead stay so. */
  comeBack(): void;
}

interface Line {
  readonly near: Socket;
  readonly far: Socket;
  latest: string;
}

/** Puts a line before the server at this address. */
export async function proxyTo(url: string): Promise<Proxy> {
  const target = new URL(url);
  const lines = new Set<Line>();
  let isGone = false;
  let lost = 0;
  const server = createServer((near) => {
    near.on("error", () => undefined);
    if (isGone) {
      lost += 1;
      swallow(near);
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const line: Line = { near, far, latest: "" };
    lines.add(line);
    near.on("data", (chunk: Buffer) => {
      line.latest = chunk.toString("latin1");
    });
    far.on("error", () => near.destroy());
    near.pipe(far).pipe(near);
    near.on("close", () => {
      lines.delete(line);
      far.destroy();
    });
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const own = new URL(url);
  own.port = String(address.port);
  return {
    url: own.href,
    get lost() {
      return lost;
    },
    vanish(isMeant) {
      isGone = isMeant === undefined;
      for (const line of lines) {
        if (isMeant?.(line.latest) === false) continue;
        lost += 1;
        line.near.unpipe();
        line.far.unpipe();
        swallow(line.near);
        swallow(line.far);
      }
    },
    comeBack() {
      isGone = false;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const { far } of lines) far.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Reads and forgets, so that the other side sees its bytes taken and nothing else. */
function swallow(socket: Socket): void {
  socket.on("data", () => undefined);
  socket.resume();
}
