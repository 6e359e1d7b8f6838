import { GatewayError, messageOf } from "../../core/errors.ts";

interface Reason {
  readonly why: string;
  readonly suggestion: string;
}

const reasons = {
  unreachable: {
    why: "cannot be reached",
    suggestion: "Start it, or correct store.url; jobs go on when it is there again.",
  },
  refused: {
    why: "does not let the gateway in",
    suggestion: "Correct the user and the password in store.url or in the variable that it names.",
  },
  missing: { why: "is not there", suggestion: "Make that database, or name another one in store.url." },
  denied: {
    why: "does not let its user make or use the gateway's tables",
    suggestion: "Let a user that may make schemas run `switchyard db migrate`, or give the rights on them to this one.",
  },
  full: { why: "cannot be written", suggestion: "Make room on the disk of the database." },
  other: { why: "failed", suggestion: "Its own log says more; jobs go on when it works again." },
} as const satisfies Record<string, Reason>;

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html), and those of Node's sockets. */
const byCode: readonly (readonly [RegExp, (typeof reasons)[keyof typeof reasons]])[] = [
  [/^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|08|57P)/, reasons.unreachable],
  [/^28/, reasons.refused],
  [/^3D000/, reasons.missing],
  [/^42501/, reasons.denied],
  [/^53100/, reasons.full],
];
/** The driver's own words, which have no code, for a server that does not answer. */
const silent = /timeout|terminated|Connection|connect/i;

/** What went wrong with the database at `place`, what it means, and the way out. Says neither user's password nor what was written. */
export function postgresError(thrown: unknown, place: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const { why, suggestion } = reasonOf(thrown);
  return new GatewayError("store_unavailable", `PostgreSQL at ${place} ${why} (${shortOf(thrown)})`, {
    data: { place, suggestion },
    cause: thrown,
  });
}

/** Whether the server did not answer: what was opened to it is then of no use any more. */
export function isUnreachable(thrown: unknown): boolean {
  return !(thrown instanceof GatewayError) && reasonOf(thrown) === reasons.unreachable;
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}

function reasonOf(thrown: unknown): (typeof reasons)[keyof typeof reasons] {
  const code = codeOf(thrown);
  if (code === undefined) return silent.test(messageOf(thrown)) ? reasons.unreachable : reasons.other;
  return byCode.find(([pattern]) => pattern.test(code))?.[1] ?? reasons.other;
}

/** Of a host with several addresses the error has no words, only a code. */
function shortOf(thrown: unknown): string {
  const message = messageOf(thrown);
  return message === "" ? (codeOf(thrown) ?? "no reason given") : message;
}
