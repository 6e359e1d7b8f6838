import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** What of a request is needed to serve it; Node's are of this form. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
  /** Where the body came whole with the head; otherwise it comes by the events. */
  readonly body?: Buffer;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

/** What of a response is needed to answer; Node's are of this form. */
export interface HttpResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  /** Whether everything went out. */
  readonly writableFinished: boolean;
  /** Bytes that wait for a client that does not read. */
  readonly writableLength: number;
  readonly destroyed: boolean;
  setHeader(name: string, value: string | number): unknown;
  writeHead(status: number, headers?: OutgoingHttpHeaders): unknown;
  flushHeaders(): void;
  write(chunk: string | Buffer): boolean;
  end(chunk?: string | Buffer): unknown;
  destroy(): unknown;
  /** Has `listener` called when the answer has gone out, or nobody is there any more to take it. */
  on(event: "close", listener: () => void): unknown;
}
