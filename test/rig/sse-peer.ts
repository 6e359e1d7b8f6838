import { type ServerResponse, createServer } from "node:http";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

/** A server of HTTP+SSE that the test speaks for: what it sends and what it received, of the one client that has come last. */
export interface SsePeer extends AsyncDisposable {
  /** Where the event stream is. */
  readonly url: string;
  /** Messages that were accepted, as they were posted. */
  readonly received: string[];
  /** How many were posted. */
  readonly posts: number;
  /** Writes to the stream as it is. */
  write(text: string): void;
  /** Sends one message. */
  send(message: string): void;
  /** How messages are answered from now on: with a status, or not at all. */
  answerWith(status: number | "silence"): void;
  /** Ends the stream, properly or by breaking the connection. */
  endStream(): void;
  breakStream(): void;
}

/** What the peer does when a stream is opened. */
export interface SsePeerOptions {
  /** Written to the stream at once. */
  readonly opening?: (origin: string) => string;
  /** Status of the answer to GET. */
  readonly status?: number;
  readonly contentType?: string;
}

const endpoint = "event: endpoint\ndata: /message?session=1\n\n";

/** Listens on a free port. What is posted anywhere but to the address that the stream names is not found. */
export async function ssePeer(options: SsePeerOptions = {}): Promise<SsePeer> {
  const { opening = () => endpoint, status = 200, contentType = "text/event-stream" } = options;
  const received: string[] = [];
  let posts = 0;
  let stream: ServerResponse | undefined;
  let answer: number | "silence" = 202;
  let origin = "";
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      stream = response;
      response.writeHead(status, { "content-type": contentType });
      response.write(opening(origin));
    } else if (request.method !== "POST" || request.url !== "/message?session=1") {
      response.writeHead(404).end();
    } else {
      posts += 1;
      const found = answer;
      if (found === "silence") return;
      void buffer(request).then((body) => {
        if (found < 300) received.push(body.toString());
        response.writeHead(found).end();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  origin = `http://127.0.0.1:${address.port}`;
  return {
    url: `${origin}/sse`,
    received,
    get posts() {
      return posts;
    },
    write: (text) => void stream?.write(text),
    send: (message) => void stream?.write(`event: message\ndata: ${message}\n\n`),
    answerWith: (next) => {
      answer = next;
    },
    endStream: () => void stream?.end(),
    breakStream: () => void stream?.destroy(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
