/** How bad a failure is for the person who runs the gateway. */
export type Severity = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

/** What kind of trouble a failure is. */
export type Category = "security" | "validation" | "data" | "system" | "performance" | "network";

interface ErrorRow {
  /** HTTP status of an answer that carries this error. */
  readonly http: number;
  /** JSON-RPC code. The standard's own codes for protocol errors, else outside −32768..−32000 (MCP 2026-07-28, basic, Error Codes). */
  readonly rpc: number;
  readonly severity: Severity;
  readonly category: Category;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What the person should do. */
  readonly suggestion: string;
}

/**
 * Every way Switchyard itself can fail, and how each failure looks to each kind of caller.
 *
 * An upstream's own error is not here: it passes through unchanged.
 */
export const errorTable = {
  parse_error: {
    http: 400,
    rpc: -32700,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Send one JSON-RPC 2.0 message as UTF-8 JSON.",
  },
  invalid_request: {
    http: 400,
    rpc: -32600,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Send a JSON-RPC 2.0 request with a string or integer id, a method, and params as an object.",
  },
  method_not_found: {
    http: 404,
    rpc: -32601,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Use a method that the negotiated protocol revision and the announced capabilities contain.",
  },
  invalid_params: {
    http: 400,
    rpc: -32602,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Correct the parameters that the message names.",
  },
  internal_error: {
    http: 500,
    rpc: -32603,
    severity: "CRITICAL",
    category: "system",
    retryable: false,
    suggestion: "This is a defect in Switchyard. Report it with the message and what led to it.",
  },
  header_mismatch: {
    http: 400,
    rpc: -32020,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Send MCP-Protocol-Version, Mcp-Method and Mcp-Name with the values of the body.",
  },
  unsupported_protocol_version: {
    http: 400,
    rpc: -32022,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Use one of the supported revisions that the error lists.",
  },
  session_required: {
    http: 400,
    rpc: 40001,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Send initialize first, then repeat the Mcp-Session-Id of its answer on every request.",
  },
  session_not_found: {
    http: 404,
    rpc: 40401,
    severity: "LOW",
    category: "data",
    retryable: false,
    suggestion: "The session has ended. Send initialize without a session id to begin a new one.",
  },
  forbidden_origin: {
    http: 403,
    rpc: 40301,
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "If this origin should be let in, add it to listen.allowedOrigins.",
  },
  forbidden_host: {
    http: 403,
    rpc: 40302,
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "If the gateway is reached under this host name, add it to listen.allowedHosts.",
  },
  route_not_found: {
    http: 404,
    rpc: 40402,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion:
      "Use /mcp for everything, or /mcp/u/NAME for one configured upstream; `switchyard list` shows the names.",
  },
  method_not_allowed: {
    http: 405,
    rpc: 40501,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "POST messages to the MCP endpoint; GET opens the stream of a session, DELETE ends one.",
  },
  not_acceptable: {
    http: 406,
    rpc: 40601,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Send Accept: application/json, text/event-stream.",
  },
  body_too_large: {
    http: 413,
    rpc: 41301,
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion: "Send a smaller message; the limit is 4 MiB.",
  },
  unsupported_media_type: {
    http: 415,
    rpc: 41501,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Send Content-Type: application/json.",
  },
  unknown_tool: {
    http: 200,
    rpc: -32602,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Call tools/list and use a name from it.",
  },
  invalid_arguments: {
    http: 200,
    rpc: -32602,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Call the tool with arguments that fit its inputSchema.",
  },
  unknown_prompt: {
    http: 200,
    rpc: -32602,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Call prompts/list and use a name from it.",
  },
  resource_not_found: {
    http: 200,
    rpc: -32602,
    severity: "LOW",
    category: "data",
    retryable: false,
    suggestion: "Call resources/list and use a URI from it, or one that fits a resource template.",
  },
  too_many_sessions: {
    http: 503,
    rpc: 50303,
    severity: "HIGH",
    category: "performance",
    retryable: true,
    suggestion: "End sessions that are not needed (DELETE), or raise sessions.max.",
  },
  too_many_parked: {
    http: 503,
    rpc: 50305,
    severity: "HIGH",
    category: "performance",
    retryable: true,
    suggestion: "Answer what other calls ask, or cancel them; each waits ten minutes at most.",
  },
  too_many_tasks: {
    http: 503,
    rpc: 50306,
    severity: "HIGH",
    category: "performance",
    retryable: true,
    suggestion:
      "Cancel tasks that are not needed, or ask for shorter ones: each is kept until its time to live is over.",
  },
  upstream_unavailable: {
    http: 503,
    rpc: 50301,
    severity: "HIGH",
    category: "network",
    retryable: true,
    suggestion: "`switchyard status` says what is wrong with the upstream and what to do.",
  },
  upstream_disconnected: {
    http: 502,
    rpc: 50201,
    severity: "HIGH",
    category: "network",
    retryable: false,
    suggestion: "The upstream went away during the call, so its outcome is unknown. Check before you repeat it.",
  },
  upstream_protocol_error: {
    http: 502,
    rpc: 50202,
    severity: "HIGH",
    category: "system",
    retryable: false,
    suggestion: "The upstream broke the protocol. Its log (stderr) may say why.",
  },
  upstream_refused_credentials: {
    http: 502,
    rpc: 50203,
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "Correct the upstream's headers or env in the configuration.",
  },
  login_required: {
    http: 502,
    rpc: 50204,
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "Open the address that `switchyard status` shows for this upstream, and log in.",
  },
  login_failed: {
    http: 502,
    rpc: 50205,
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "Open the address that `switchyard status` shows now for this upstream, and log in again.",
  },
  definition_quarantined: {
    http: 403,
    rpc: 40310,
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion:
      "The server describes this otherwise than when it was approved. `switchyard status` shows what changed; `switchyard approve NAME` approves it.",
  },
  store_unavailable: {
    http: 500,
    rpc: 50010,
    severity: "HIGH",
    category: "system",
    retryable: false,
    suggestion: "Make the file that the message names usable again, or name another folder with dataDir.",
  },
  logins_unreadable: {
    http: 500,
    rpc: 50004,
    severity: "HIGH",
    category: "data",
    retryable: false,
    suggestion: "Set SWITCHYARD_SECRET to what it was; or delete logins.enc in the data folder, and log in again.",
  },
  deadline_exceeded: {
    http: 504,
    rpc: 50401,
    severity: "MEDIUM",
    category: "performance",
    retryable: true,
    suggestion: "Try a smaller request, or raise timeoutMs of this upstream.",
  },
  caller_declined: {
    http: 400,
    rpc: 40003,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "The tool needs an answer from the caller, which gave none, or answered with an error.",
  },
  cancelled: {
    http: 499,
    rpc: 49901,
    severity: "LOW",
    category: "system",
    retryable: false,
    suggestion: "The caller cancelled this call.",
  },
  shutting_down: {
    http: 503,
    rpc: 50304,
    severity: "LOW",
    category: "system",
    retryable: true,
    suggestion: "The gateway is stopping. Connect again when it is back.",
  },
  invalid_config: {
    http: 500,
    rpc: 50001,
    severity: "HIGH",
    category: "validation",
    retryable: false,
    suggestion:
      "Correct the configuration; `switchyard config validate` checks it and `switchyard config schema` describes it.",
  },
  unsafe_listen: {
    http: 500,
    rpc: 50002,
    severity: "CRITICAL",
    category: "security",
    retryable: false,
    suggestion: "Listen on 127.0.0.1, and put an authenticating proxy in front for access from elsewhere.",
  },
  address_in_use: {
    http: 500,
    rpc: 50003,
    severity: "HIGH",
    category: "system",
    retryable: true,
    suggestion: "Stop what uses the port, or choose another with --port.",
  },
  usage: {
    http: 400,
    rpc: 40002,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "`switchyard --help` lists the commands and their options.",
  },
} as const satisfies Record<string, ErrorRow>;

/** The name of one row of {@link errorTable}: what code that catches a {@link GatewayError} matches on. */
export type ErrorCode = keyof typeof errorTable;

/** JSON without secrets that goes to the caller beside the sentence. */
export type ErrorData = Readonly<Record<string, unknown>>;

/** The one error Switchyard throws. Match on `code`; show `message`; `data` and `cause` say more. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly data: ErrorData | undefined;

  /** `message` is one sentence that names the thing and the value; it and `data` must hold no secret. */
  constructor(code: ErrorCode, message: string, options: { readonly data?: ErrorData; readonly cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.data = options.data;
  }

  /** HTTP status of an answer that carries this error. */
  get http(): number {
    return errorTable[this.code].http;
  }

  /** What the person should do next: as `data.suggestion` says, else what goes for all of this code. */
  get suggestion(): string {
    const own = this.data?.["suggestion"];
    return typeof own === "string" ? own : errorTable[this.code].suggestion;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What was thrown as a {@link GatewayError}; anything unexpected becomes `internal_error` with its cause kept. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError("internal_error", `Something failed inside the gateway: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
