import { once } from "node:events";
import { type Server, type Socket, createServer } from "node:net";
import type { Estate } from "../estate.ts";
import { answerOf, isReached } from "./answer.ts";
import { carryOut } from "./commands.ts";
import { type GetRequest, RequestError, parseGet, wantsHeader } from "./request.ts";
import { type AnyTable, tablesOf } from "./tables.ts";

/** Where a Livestatus is to listen: on a Unix socket, or on a port of 127.0.0.1, of which 0 is any that is free. */
export type ListenAt = { readonly socket: string } | { readonly port: number };

/** A Livestatus server that runs. */
export interface LivestatusServer extends AsyncDisposable {
  /** Its port; undefined for a Unix socket. */
  readonly port: number | undefined;
}

/** How much of a request is read, in characters. */
const maxRequest = 1_000_000;

/**
 * Serves an estate by Livestatus, in Checkmk's dialect as its source has it: it was never compared with a Checkmk site. Of the column
 * types, tables and formats it has those that monitoring needs.
 */
export async function serveLivestatus(estate: Estate, at: ListenAt): Promise<LivestatusServer> {
  const tables = tablesOf(estate, estate.now());
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    void serve(socket, estate, tables);
  });
  if ("socket" in at) server.listen(at.socket);
  else server.listen(at.port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : undefined;
}

/** Answers one connection's requests, one after another, until one does not ask to go on. */
async function serve(socket: Socket, estate: Estate, tables: ReadonlyMap<string, AnyTable>): Promise<void> {
  try {
    let text = "";
    // To stop reading must not end what is still being written.
    for await (const chunk of socket.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      if (text.length > maxRequest) break;
      for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        if (!(await answer(socket, estate, tables, lines))) return;
      }
    }
    // The end of what is sent ends a request, too, where its last line is whole.
    const lines = text.split("\n").filter((line) => line !== "");
    if (lines.length === 0) return;
    if (text.endsWith("\n")) await answer(socket, estate, tables, lines);
    else if (wantsHeader(lines)) say(socket, 451, "incomplete request\n");
  } catch {
    // The other side is gone.
  } finally {
    socket.end();
  }
}

/** Answers one request; whether the connection stays. */
async function answer(
  socket: Socket,
  estate: Estate,
  tables: ReadonlyMap<string, AnyTable>,
  lines: readonly string[],
): Promise<boolean> {
  const [first = "", ...headers] = lines;
  const command = /^COMMAND \[\d+\] (.*)$/.exec(first)?.[1];
  if (command !== undefined) carryOut(estate, command);
  if (first.startsWith("COMMAND")) return true;
  const hasHeader = wantsHeader(headers);
  try {
    const table = /^GET (\S+)\s*$/.exec(first)?.[1];
    if (table === undefined) throw new RequestError(400, `Invalid request method`);
    const request = parseGet(table, headers);
    if (request.waitMs !== undefined) await waitUntilReached(estate, tables, request);
    const body = answerOf(tables, estate, request);
    if (hasHeader) say(socket, 200, body);
    else socket.write(body);
    return request.isKeptAlive;
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown;
    // Without the header there is no place for what is wrong: Checkmk says it in its log.
    if (hasHeader) say(socket, thrown.code, `${thrown.message}\n`);
    return false;
  }
}

function say(socket: Socket, code: number, text: string): void {
  const body = Buffer.from(text);
  socket.write(`${String(code).padStart(3)} ${String(body.length).padStart(11)}\n`);
  socket.write(body);
}

/** Waits for something to happen that makes it so, at most as long as was asked for. */
async function waitUntilReached(
  estate: Estate,
  tables: ReadonlyMap<string, AnyTable>,
  request: GetRequest,
): Promise<void> {
  if (request.waitFor.length > 0 && isReached(tables, estate, request)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = estate.onChange(({ kind }) => {
    if (kind !== "log" && (request.waitFor.length === 0 || isReached(tables, estate, request))) resolve();
  });
  const timer = setTimeout(resolve, request.waitMs);
  await promise;
  clearTimeout(timer);
  stop();
}
