import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

/** One exchange over HTTP. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What was answered, whole. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** How connections are made. */
export interface HttpOptions {
  /** At once at the most, from 1; what is more waits. Connections stay open for the next request. */
  readonly connections: number;
  /** Certificates to trust, as PEM, instead of those that Node knows. */
  readonly ca?: string;
}

/** The largest answer that is read, in bytes: the list of all services of a large site is some tens of millions. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** A pool of connections to one server, over HTTP or HTTPS. */
export class HttpPool {
  readonly #plain: HttpAgent;
  readonly #secure: HttpsAgent;

  constructor({ connections, ca }: HttpOptions) {
    const options = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
    this.#plain = new HttpAgent(options);
    this.#secure = new HttpsAgent({ ...options, ...(ca !== undefined && { ca }) });
  }

  /** Makes one exchange; redirects are answers like others. @throws what Node throws, and where the answer is cut off or too large. */
  exchange({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, signal };
    const answered = (response: IncomingMessage): void => {
      read(response).then(resolve, reject);
    };
    const request =
      url.protocol === "https:"
        ? requestHttps(url, { ...options, agent: this.#secure }, answered)
        : requestHttp(url, { ...options, agent: this.#plain }, answered);
    request.on("error", reject);
    request.end(body);
    return promise;
  }

  /** Ends all connections. May be called twice. */
  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new RangeError(`The answer has more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString("utf8") };
}
