import type { Gateway } from "./gateway.ts";
import type { UpstreamTarget } from "../upstream/options.ts";
import type { Oddity, Upstream } from "../upstream/upstream.ts";
import type { UpstreamState } from "../upstream/state.ts";

/** One upstream as `switchyard status` shows it. Times are wall time in ms. Holds no secret. */
export interface UpstreamStatus {
  readonly name: string;
  /** As spoken, where it is connected; as configured, where not. */
  readonly transport: UpstreamTarget["kind"];
  readonly state: UpstreamState;
  /** Where a person should log in: to connect it (`awaiting_login`), or so that it takes calls which it refuses now. */
  readonly authorizationUrl: string | undefined;
  /** The revision spoken with it, where it is connected. */
  readonly revision: string | undefined;
  /** What it calls itself. */
  readonly server: string | undefined;
  readonly pid: number | undefined;
  readonly counts: {
    readonly tools: number;
    readonly prompts: number;
    readonly resources: number;
    readonly templates: number;
  };
  readonly oddities: readonly (Oddity & { readonly suggestion: string })[];
  /** The last lines of its stderr, where something is wrong. */
  readonly stderr: readonly string[];
}

/** The gateway as `switchyard status` shows it. */
export interface GatewayStatus {
  readonly version: string;
  readonly pid: number;
  readonly upstreams: readonly UpstreamStatus[];
}

const suggestions = {
  noise:
    "A stdio server must write nothing but MCP messages to stdout. Send its log to stderr; if a wrapper prints it, silence the wrapper.",
  omission: "Correct the definitions that the server lists.",
} as const satisfies Record<Oddity["kind"], string>;

/** Lines of stderr that a status shows. */
const stderrShown = 10;

/** How everything stands, from what is known anyway: asks nobody. */
export function statusOf(gateway: Gateway): GatewayStatus {
  return {
    version: gateway.deps.identity.version,
    pid: process.pid,
    upstreams: gateway.upstreams.map(upstreamStatus),
  };
}

function upstreamStatus(upstream: Upstream): UpstreamStatus {
  const { definitions, handshake, state } = upstream;
  const { name, version } = handshake?.serverInfo ?? {};
  return {
    name: upstream.name,
    transport: upstream.transport,
    state,
    authorizationUrl: upstream.authorizationUrl,
    revision: handshake?.codec.revision,
    server: typeof name === "string" ? `${name} ${typeof version === "string" ? version : ""}`.trim() : undefined,
    pid: upstream.pid,
    counts: {
      tools: definitions.tools.length,
      prompts: definitions.prompts.length,
      resources: definitions.resources.length,
      templates: definitions.templates.length,
    },
    oddities: upstream.oddities.map((oddity) => ({ ...oddity, suggestion: suggestions[oddity.kind] })),
    stderr: state.kind === "ready" ? [] : upstream.stderr().slice(-stderrShown),
  };
}
