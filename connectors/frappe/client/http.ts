import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from "node:http";
import { Agent as SecureAgent, request as requestSecure } from "node:https";
import type { Clock } from "switchyard/connector";
import { type FailureCode, FrappeError } from "./frappe-error.ts";

/** One request, as it goes out. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its query, from the root. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How a site is spoken with. */
export interface HttpOptions {
  readonly url: URL;
  /** Connections at a time, kept for the next request; requests beyond them wait. */
  readonly connections: number;
  /** How long one exchange may take, in ms. */
  readonly timeoutMs: number;
  /** An answer that is longer is not read. */
  readonly maxAnswerBytes: number;
}

/** Connections to one site. */
export interface Http {
  /**
   * Sends a request and gives its answer, whatever its status.
   *
   * @throws {FrappeError} `unreachable`, `address_unknown`, `certificate_refused`, `connection_lost`, `timed_out`, `answer_too_large`; the
   *   signal's reason.
   */
  readonly exchange: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  /** Ends what is open. Can be called twice. */
  readonly close: () => void;
}

/** Speaks HTTP with one site. Redirects are not followed: a credential goes where it was meant to. Nothing is open until something is sent. */
export function openHttp({ url, connections, timeoutMs, maxAnswerBytes }: HttpOptions, clock: Clock): Http {
  const isSecure = url.protocol === "https:";
  const options = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
  const agent = isSecure ? new SecureAgent(options) : new Agent(options);
  const { hostname, port } = url;
  const send = isSecure ? requestSecure : requestPlain;
  const bare = hostname.replace(/^\[|\]$/g, "");

  return {
    exchange: async ({ method, path, headers, body }, signal) => {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const asked = send(
        { agent, host: bare, ...(port !== "" && { port }), method, path, headers: { ...headers, ...length } },
        (answer) => {
          collected(answer, maxAnswerBytes).then(resolve, reject);
        },
      );
      const abort = (): void => {
        asked.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort);
      const stopTimer = clock.after(timeoutMs, () => {
        const late = new FrappeError({ code: "timed_out", what: `${url.host} did not answer within ${timeoutMs} ms` });
        asked.destroy(late);
        reject(late);
      });
      asked.on("error", reject);
      asked.end(body);
      try {
        return await promise;
      } catch (thrown) {
        throw signal.aborted ? signal.reason : networkFailure(thrown, url.host);
      } finally {
        stopTimer();
        signal.removeEventListener("abort", abort);
      }
    },
    close: () => {
      agent.destroy();
    },
  };
}

async function collected(answer: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > maxBytes)
      throw new FrappeError({ code: "answer_too_large", what: `More than ${maxBytes} bytes came` });
    chunks.push(chunk);
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks, length) };
}

/** Failures of the network by Node's names; whether the site can have seen the request. */
const networkCodes: ReadonlyMap<string, { readonly code: FailureCode; readonly isUnseen: boolean }> = new Map(
  Object.entries({
    ECONNREFUSED: { code: "unreachable", isUnseen: true },
    EHOSTUNREACH: { code: "unreachable", isUnseen: true },
    ENETUNREACH: { code: "unreachable", isUnseen: true },
    EAI_AGAIN: { code: "unreachable", isUnseen: true },
    ENOTFOUND: { code: "address_unknown", isUnseen: true },
    ETIMEDOUT: { code: "timed_out", isUnseen: false },
  } as const),
);

function networkFailure(thrown: unknown, host: string): unknown {
  if (thrown instanceof FrappeError) return thrown;
  const name = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  const isCertificate = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(name);
  const known = networkCodes.get(name);
  const code = known?.code ?? (isCertificate ? "certificate_refused" : "connection_lost");
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const isUnseen = known?.isUnseen ?? isCertificate;
  return new FrappeError({ code, what: `${host}: ${words}`, isUnseen }, { cause: thrown });
}
