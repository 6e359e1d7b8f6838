import { type Clock, systemClock } from "../../core/clock.ts";
import type { Finding } from "./finding.ts";

const answerMs = 5000;
const mostSkewMs = 60_000;

const unresolvable: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);
const unreachable: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * Knocks at the address of a server, without credentials and without its query: whether something answers, whatever it says, and whether
 * its clock is ours. Where it does not answer in 5 s there is nothing to say: the handshake will.
 */
export async function checkAddress(
  name: string,
  text: string,
  clock: Clock = systemClock,
): Promise<readonly Finding[]> {
  const { protocol, host, pathname } = new URL(text);
  const url = `${protocol.replace(/^ws/, "http")}//${host}${pathname}`;
  const before = clock.now();
  try {
    const { headers } = await fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(answerMs) });
    const reached: Finding = { code: "address_reachable", subject: name, message: `${host} answers` };
    return [reached, ...skewOf(name, host, headers.get("date"), before, clock.now())];
  } catch (thrown) {
    const finding = findingOn(name, host, reasonOf(thrown));
    return finding === undefined ? [] : [finding];
  }
}

function findingOn(name: string, host: string, reason: unknown): Finding | undefined {
  if (unresolvable.has(reason)) {
    return { code: "address_unresolvable", subject: name, message: `${host} has no address (${String(reason)})` };
  }
  if (unreachable.has(reason)) {
    return { code: "address_unreachable", subject: name, message: `nothing answers at ${host} (${String(reason)})` };
  }
  if (typeof reason === "string" && /CERT|SIGNATURE|ISSUER|SSL|TLS/.test(reason)) {
    return {
      code: "address_untrusted",
      subject: name,
      message: `the certificate of ${host} is not trusted (${reason})`,
    };
  }
  return undefined;
}

/** `fetch` says why only in the cause; of several addresses tried, each has its own. */
function reasonOf(thrown: unknown): unknown {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error && "code" in first ? first.code : undefined;
}

/** The header has whole seconds, and was written between the two moments. */
function skewOf(name: string, host: string, date: string | null, before: number, after: number): readonly Finding[] {
  const theirs = Date.parse(date ?? "");
  const skew = theirs < before ? before - theirs : theirs - after;
  if (Number.isNaN(theirs) || skew <= mostSkewMs) return [];
  const way = theirs < before ? "ahead of" : "behind";
  const message = `this machine's clock is ${Math.round(skew / 1000)} s ${way} that of ${host}`;
  return [{ code: "clock_skewed", subject: name, message }];
}
