import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { stringAt } from "../src/core/json.ts";
import { serveParent } from "./child.ts";
import { quantile } from "./figures.ts";

/**
 * Many who watch: `open` so many more that read, or that stop reading at once; `figures` says how late events came since it was last asked, and
 * whether any reader missed one, or had them out of order. Reads the bytes itself: a WebSocket library for a thousand readers would be what is
 * measured.
 */
/** How late each event came, of memory that no collection moves: what a growing list takes would be lateness of what comes meanwhile. */
let latenessMs = new Float64Array(1_000_000);
const open: Socket[] = [];
let wrong = 0;
let heard = 0;
let closed = 0;

const told = /"since":([\d.]+),"attempts":(\d+),/g;

/** What one reader does with what comes: the numbers must follow each other. */
function reading(): (chunk: Buffer) => void {
  let rest = "";
  let last: number | undefined;
  return (chunk) => {
    const now = performance.timeOrigin + performance.now();
    const text = rest + chunk.toString("latin1");
    let end = 0;
    for (const { 0: found, 1: since, 2: attempts, index } of text.matchAll(told)) {
      const number = Number(attempts);
      if (last !== undefined && number !== last + 1) wrong += 1;
      last = number;
      if (heard === latenessMs.length) {
        const more = new Float64Array(heard * 2);
        more.set(latenessMs);
        latenessMs = more;
      }
      latenessMs[heard] = now - Number(since);
      heard += 1;
      end = index + found.length;
    }
    rest = text.slice(end);
  };
}

async function openOne(origin: string, query: string, isReading: boolean): Promise<void> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed += 1;
  });
  socket.write(
    `GET /ws/upstreams${query} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const take = reading();
  let text = "";
  while (!text.includes('"initial_status"')) text += String(await once(socket, "data"));
  if (isReading) socket.on("data", take);
  else socket.pause();
}

const atOnce = 20;

serveParent(
  {},
  async (question) => {
    if (question["kind"] === "open") {
      let left = Number(question["count"]);
      const lane = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const [origin, query] = [stringAt(question, "origin") ?? "", stringAt(question, "query") ?? ""];
          await openOne(origin, query, question["isReading"] === true);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return { closed };
    }
    const sorted = latenessMs.slice(0, heard).toSorted();
    const [p50, p99] = [quantile([...sorted], 0.5), quantile([...sorted], 0.99)];
    const figures = { heard, wrong, closed, p50, p99, max: sorted.at(-1) ?? 0 };
    heard = 0;
    wrong = 0;
    return figures;
  },
  () => {
    for (const socket of open) socket.destroy();
  },
);
