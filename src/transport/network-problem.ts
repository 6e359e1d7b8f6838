import { GatewayError, messageOf } from "../core/errors.ts";

/** Failures to connect: the request was never seen, so sending it again cannot repeat anything. */
const unseen: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CONNECT_TIMEOUT",
]);

/** What went wrong on the network between us and `origin`; an error of ours stays as it is. */
export function networkProblem(error: Error, origin: string): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
  if (unseen.has(code)) {
    return new GatewayError("upstream_unavailable", `No connection to ${origin} (${code})`, {
      data: { stage: "connect", reason: code },
      cause: error,
    });
  }
  return new GatewayError("upstream_disconnected", `The connection to ${origin} broke (${code}: ${messageOf(error)})`, {
    data: { stage: "exchange", reason: code },
    cause: error,
  });
}

/** What it means that an upstream answered with a status where a stream was to begin. */
export function refusedWith(status: number, what: string): GatewayError {
  const data = { stage: "exchange", status };
  if (status === 401 || status === 403) {
    return new GatewayError("upstream_refused_credentials", `The upstream refused us with HTTP ${status}`, { data });
  }
  const suggestion =
    status >= 300 && status < 400
      ? "Put the address that it redirects to into `url`."
      : "Correct the path in `url`, or its `type`: what answers there does not answer as an MCP server does.";
  return new GatewayError("upstream_protocol_error", `The upstream answered HTTP ${status} to ${what}`, {
    data: { ...data, suggestion },
  });
}
