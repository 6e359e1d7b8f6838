import { type Clock, sleep, systemClock } from "switchyard/connector";
import { failureOf } from "./classify.ts";
import type { ClientRequest } from "./asking.ts";
import type { Client } from "./client.ts";
import { type Credential, authorizationOf } from "./credential.ts";
import { FrappeError } from "./frappe-error.ts";
import { type HttpAnswer, openHttp } from "./http.ts";
import { isJsonObject, parsedJson } from "./json.ts";
import { openClient } from "./open-client.ts";
import { SiteBudget } from "./site-budget.ts";

/** Where a site is, and how it is spoken with. */
export interface SiteOptions {
  /** Its address, such as `https://erp.example.com`. */
  readonly url: string;
  /** The site's name where a bench serves several on one address. */
  readonly siteName?: string;
  /** Requests at a time, from 1. Default 8. */
  readonly connections?: number;
  /** How long one request may take, in ms. Default 30 000. */
  readonly timeoutMs?: number;
  /** Largest answer that is read, in bytes. Default 32 MiB. */
  readonly maxAnswerBytes?: number;
  /** Attempts in all at what may be tried again, from 1. Default 3. */
  readonly attempts?: number;
  /** Before the second attempt, in ms; doubled with each, half of it by chance. Default 200. */
  readonly firstMs?: number;
  /** The longest that is waited for a site that limits or recovers, in ms; where it asks for more, the caller is told. Default 5000. */
  readonly longestMs?: number;
}

export const siteDefaults = {
  connections: 8,
  timeoutMs: 30_000,
  maxAnswerBytes: 32 * 1024 * 1024,
  attempts: 3,
  firstMs: 200,
  longestMs: 5000,
} as const satisfies Partial<SiteOptions>;

/** What a site takes from outside, so that tests can move it by hand. Default: the machine's. */
export interface SiteDeps {
  readonly clock?: Clock;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/** A Frappe site, of any version from 14 on. */
export interface Site {
  /** Its address, without a path. */
  readonly url: string;
  /** The site as somebody sees it. Clients of one site share its connections and its limit. */
  readonly as: (credential: Credential) => Client;
  /** Ends what is open. Can be called twice. */
  readonly close: () => void;
}

/**
 * A site to be spoken with. Nothing is sent before it is used.
 *
 * @throws {RangeError} the address is none of HTTP or HTTPS, or holds a credential.
 */
export function openSite(given: SiteOptions, { clock = systemClock, random = Math.random }: SiteDeps = {}): Site {
  const options = { ...siteDefaults, ...given };
  const url = addressOf(options.url);
  const http = openHttp({ ...options, url }, clock);
  const budget = new SiteBudget(clock);

  const attempt = async (
    request: ClientRequest,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const waitMs = budget.waitMs();
    if (waitMs > options.longestMs) throw usedUp(request.about, waitMs);
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    const { contentType } = request;
    const answer = await http.exchange(
      { ...request, headers: contentType === undefined ? headers : { ...headers, "content-type": contentType } },
      signal,
    );
    budget.note(answer);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const text = answer.body.toString();
    const parsed = parsedJson(text);
    const body = isJsonObject(parsed) ? parsed : undefined;
    throw failureOf({ status: answer.status, headers: answer.headers, body, text }, request.about, clock.now());
  };

  const as = (credential: Credential): Client => {
    const authorization = authorizationOf(credential);
    const headers = {
      host: url.host,
      accept: "application/json",
      ...(authorization !== undefined && { authorization }),
      ...(options.siteName !== undefined && { "x-frappe-site-name": options.siteName }),
    };
    return openClient(async (request, signal) => {
      for (let count = 1; ; count += 1) {
        try {
          return await attempt(request, headers, signal);
        } catch (thrown) {
          const delay = delayAfter(thrown, count, request.isReading, options, random);
          if (delay === undefined || signal.aborted) throw thrown;
          await sleep(clock, delay, signal);
          signal.throwIfAborted();
        }
      }
    }, random);
  };

  return { url: url.origin, as, close: http.close };
}

function addressOf(given: string): URL {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(
      `url must be the address of a site, such as https://erp.example.com, got ${JSON.stringify(given)}`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new RangeError(`url must hold no user and password; give the credential by itself. It is of ${url.host}`);
  }
  return url;
}

/** In how many ms a request is made again that failed; undefined where it is not. */
function delayAfter(
  thrown: unknown,
  count: number,
  isReading: boolean,
  { attempts, firstMs, longestMs }: Required<Pick<SiteOptions, "attempts" | "firstMs" | "longestMs">>,
  random: () => number,
): number | undefined {
  if (!(thrown instanceof FrappeError) || count >= attempts || !thrown.mayPass) return undefined;
  if (!isReading && !thrown.isUnseen) return undefined;
  const full = firstMs * 2 ** (count - 1);
  const delay = Math.max(thrown.retryAfterMs ?? 0, full / 2 + (full / 2) * random());
  return delay > longestMs ? undefined : delay;
}

function usedUp(about: string, retryAfterMs: number): FrappeError {
  const what = `${about}: not asked, as the site's limit is used up`;
  return new FrappeError({ code: "too_many_requests", what, retryAfterMs, isUnseen: true });
}
