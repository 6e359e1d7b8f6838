import { CircuitBreaker, retry } from "switchyard/connector";
import type { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import { unreachable } from "./failures.ts";
import { type HttpAnswer, HttpPool, type HttpRequest } from "./http.ts";
import { problemOf } from "./problem.ts";
import { type Release, releaseOf } from "./release.ts";
import { within } from "./within.ts";

/** Where the REST API of a site is, and as whom to ask. */
export interface RestOptions {
  /** The server's address, without the site: `https://monitoring.example.com`. */
  readonly url: string;
  readonly site: string;
  readonly user: string;
  readonly secret: string;
  /** Certificates to trust, as PEM. Default: those that Node knows. */
  readonly ca?: string;
  /** How long one exchange may take, in ms, from 1. */
  readonly timeoutMs: number;
  /** How often a read is made that fails in a way that may pass, from 1. Writes are made once. */
  readonly attempts: number;
  /** At once at the most, from 1. */
  readonly connections: number;
}

/** One call of the API. */
export interface RestCall {
  readonly method: HttpRequest["method"];
  /** Below the API's root, of segments that are names as they are: they are quoted here. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** The ETag of what is to be changed; see {@link RestAnswer.etag}. */
  readonly ifMatch?: string;
  /** Whether it changes nothing, so that it may be made again. Default: of a `GET`. */
  readonly isRead?: boolean;
  /** How long this one exchange may take, in ms. Default: as any. */
  readonly timeoutMs?: number;
}

/** Nobody waits for an answer any more, which says nothing of the site. */
class CallerLeft extends Error {}

/** What a site answered. */
export interface RestAnswer {
  readonly status: number;
  /** Undefined where it has none. */
  readonly etag: string | undefined;
  /** Where to go on, of a redirect. */
  readonly location: string | undefined;
  /** The body as JSON; undefined where there is none. */
  readonly body: unknown;
}

/**
 * The REST API 1.0 of one Checkmk site.
 *
 * What fails is a {@link CheckmkError}. While the site cannot be reached, the calls of some seconds are refused at once rather than each
 * waiting for it.
 */
export class RestClient {
  readonly site: string;
  readonly #root: string;
  readonly #user: string;
  readonly #authorization: string;
  readonly #options: RestOptions;
  readonly #pool: HttpPool;
  readonly #breaker = new CircuitBreaker({ failures: 5, openMs: 10_000, probes: 1 }, (thrown) =>
    isOutage(thrown) ? "failed" : "returned",
  );
  #release: Release | undefined;

  constructor(options: RestOptions) {
    const { url, site, user, secret, connections, ca } = options;
    this.site = site;
    this.#root = `${url.replace(/\/+$/, "")}/${encodeURIComponent(site)}/check_mk/api/1.0/`;
    this.#user = user;
    this.#authorization = `Bearer ${user} ${secret}`;
    this.#options = options;
    this.#pool = new HttpPool({ connections, ...(ca !== undefined && { ca }) });
  }

  /** Which Checkmk it is, as its last answer said; asks where there was none. */
  async release(signal: AbortSignal): Promise<Release> {
    if (this.#release === undefined) await this.call({ method: "GET", path: ["version"] }, signal);
    return this.#release ?? { version: "unknown", edition: "unknown" };
  }

  /** Makes a call, and gives its answer: of a status below 400. @throws {CheckmkError} anything of its list. */
  async call(call: RestCall, signal: AbortSignal): Promise<RestAnswer> {
    const { method, path, isRead = method === "GET" } = call;
    const once = (inner: AbortSignal): Promise<HttpAnswer> => this.#exchange(call, inner);
    const made = isRead ? retry(once, { attempts: this.#options.attempts, mayPass }) : once;
    const { status, headers, text } = await made(signal);
    const { etag, location } = headers;
    return { status, etag, location, body: text === "" ? undefined : this.#json(text, `${method} ${path.join("/")}`) };
  }

  /** Makes a call whose answer has this shape. @throws {CheckmkError} as {@link RestClient.call}; `unexpected_answer` where it has not. */
  async read<Shape extends z.ZodType>(
    call: RestCall,
    shape: Shape,
    signal: AbortSignal,
  ): Promise<{ readonly value: z.output<Shape>; readonly etag: string | undefined }> {
    const { body, etag } = await this.call(call, signal);
    const read = shape.safeParse(body);
    if (read.success) return { value: read.data, etag };
    const [issue] = read.error.issues;
    const where = issue === undefined ? "" : ` at ${issue.path.join(".") || "its root"}: ${issue.message}`;
    throw new CheckmkError(
      "unexpected_answer",
      `${call.method} ${call.path.join("/")}: the site's answer is not as its API says${where}`,
    );
  }

  /** Ends all connections. May be called twice. */
  close(): void {
    this.#pool.close();
  }

  async #exchange(call: RestCall, signal: AbortSignal): Promise<HttpAnswer> {
    const what = `${call.method} ${call.path.join("/")}`;
    const { timeoutMs = this.#options.timeoutMs } = call;
    try {
      return await this.#breaker.run(async () => {
        const answer = await this.#answer(call, timeoutMs, signal);
        this.#release = releaseOf(answer.headers) ?? this.#release;
        if (answer.status >= 400) throw problemOf(answer, what, `the user ${JSON.stringify(this.#user)}`);
        return answer;
      });
    } catch (thrown) {
      if (thrown instanceof CallerLeft) throw thrown.cause;
      if (thrown instanceof CheckmkError) throw thrown;
      throw unreachable(thrown, {
        what,
        root: this.#root,
        timeoutMs,
        isWrite: call.method !== "GET" && call.isRead !== true,
      });
    }
  }

  async #answer(call: RestCall, timeoutMs: number, signal: AbortSignal): Promise<HttpAnswer> {
    const request = this.#request(call);
    try {
      return await within(timeoutMs, signal, (inner) => this.#pool.exchange(request, inner));
    } catch (thrown) {
      throw signal.aborted ? new CallerLeft("The caller left", { cause: thrown }) : thrown;
    }
  }

  #request({ method, path, query = {}, body, ifMatch }: RestCall): HttpRequest {
    const url = new URL(path.map(quotedTwice).join("/"), this.#root);
    for (const [name, value] of Object.entries(query)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== undefined) url.searchParams.append(name, String(each));
      }
    }
    const headers = {
      accept: "application/json",
      authorization: this.#authorization,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
    };
    return { method, url, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  }

  #json(text: string, what: string): unknown {
    try {
      return JSON.parse(text);
    } catch (thrown) {
      const message = `${what}: the answer is no JSON; check url and site of the connector: ${this.#root}`;
      throw new CheckmkError("unexpected_answer", message, { cause: thrown });
    }
  }
}

/**
 * The web server takes one quoting off before it looks for slashes, and the API the other. A name that needs none is as it was. One of dots
 * alone would be a step in the path, and not a name.
 */
function quotedTwice(segment: string): string {
  const once = /^\.+$/.test(segment) ? segment.replaceAll(".", "%2E") : encodeURIComponent(segment);
  return encodeURIComponent(once);
}

function isOutage(thrown: unknown): boolean {
  if (thrown instanceof CallerLeft) return false;
  return !(thrown instanceof CheckmkError) || thrown.code === "unavailable" || thrown.code === "timed_out";
}

function mayPass(thrown: unknown): boolean {
  return thrown instanceof CheckmkError && thrown.code === "unavailable" && thrown.data["isResting"] !== true;
}
