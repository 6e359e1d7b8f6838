import type { Clock } from "../../core/clock.ts";
import { deadline } from "../../core/deadline.ts";
import { GatewayError } from "../../core/errors.ts";
import { safeUrl } from "./address.ts";

/** Sends one HTTP request and reads its whole answer. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** What a guarded fetch needs. */
export interface FetchOptions {
  /** The upstream that the login is for: says which addresses may be called. */
  readonly upstream: URL;
  readonly clock: Clock;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
}

/** Longest answer that is read, in bytes: metadata and tokens take a few thousand. */
const maxBytes = 256 * 1024;
/** Longest time for one request and its answer, in ms. */
const requestMs = 15_000;

/**
 * A fetch for addresses that others name: only safe ones (see {@link safeUrl}), answers bounded in size and time, redirects returned
 * rather than followed. Sends nothing of the upstream's own headers.
 *
 * @throws {GatewayError} from the fetch: `upstream_protocol_error` — an address that must not be followed, or an answer too long;
 *   `upstream_unavailable` — no answer.
 */
export function guardedFetch({ upstream, clock, signal }: FetchOptions): Fetch {
  return async (address, init) => {
    const url = safeUrl(address, upstream);
    if (url === undefined) throw unsafe(address);
    const limit = deadline(clock, requestMs, signal, () => new Error(`no answer within ${requestMs} ms`));
    try {
      const response = await fetch(url, { ...init, redirect: "manual", signal: limit.signal });
      const body = await wholeBody(response, url);
      const { status, headers } = response;
      return new Response(mayHaveBody(status) ? body : null, { status, headers: keptHeaders(headers) });
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown;
      if (signal.aborted && signal.reason instanceof GatewayError) throw signal.reason;
      throw unreachable(url, thrown);
    } finally {
      limit.stop();
    }
  };
}

async function wholeBody(response: Response, url: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw login(`What ${url.origin} answers is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}

/** What those who read the answer look at; the body is decoded already. */
function keptHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    ["content-type", "location"].flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function unsafe(address: string | URL): GatewayError {
  const { protocol, host } = URL.parse(String(address)) ?? {};
  const shown = host === undefined ? "something that is no address" : `${protocol ?? ""}//${host}`;
  return login(`The login leads to ${shown}, which must not be called: only https is safe`);
}

function login(message: string): GatewayError {
  return new GatewayError("upstream_protocol_error", message, {
    data: {
      stage: "login",
      suggestion: "Tell whoever runs the upstream: what it says about logging in cannot be used.",
    },
  });
}

function unreachable(url: URL, thrown: unknown): GatewayError {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "no answer";
  return new GatewayError("upstream_unavailable", `For the login, ${url.origin} cannot be reached (${code})`, {
    data: {
      stage: "login",
      suggestion: "See whether the authorization server runs, and whether the network leads there.",
    },
    cause: thrown,
  });
}
