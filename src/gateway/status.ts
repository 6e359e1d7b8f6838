import type { DefinitionFact } from "../upstream/definition-facts.ts";
import { type QuarantineStatus, quarantineOf } from "./approval.ts";
import type { Gateway } from "./gateway.ts";
import type { KeepingStatus } from "./keeping.ts";
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
  /** What is held back until `switchyard approve`: at most 50 of them, and how many there are. */
  readonly quarantined: readonly QuarantineStatus[];
  readonly quarantinedCount: number;
  /** What happened to its definitions last, oldest first. */
  readonly definitionFacts: readonly DefinitionFact[];
  readonly oddities: readonly (Oddity & { readonly suggestion: string })[];
  /** The last lines of its stderr, where something is wrong. */
  readonly stderr: readonly string[];
}

/** The gateway as `switchyard status` shows it. */
export interface GatewayStatus {
  readonly version: string;
  readonly pid: number;
  /** What survives a restart, and whether it does at present. */
  readonly store: KeepingStatus;
  readonly upstreams: readonly UpstreamStatus[];
}

const suggestions = {
  noise:
    "A stdio server must write nothing but MCP messages to stdout. Send its log to stderr; if a wrapper prints it, silence the wrapper.",
  omission: "Correct the definitions that the server lists.",
} as const satisfies Record<Oddity["kind"], string>;

/** Lines of stderr that a status shows. */
const stderrShown = 10;

/** Definitions held back that a status shows of one upstream. */
const quarantinedShown = 50;

/** How everything stands, from what is known anyway: asks nobody. */
export function statusOf(gateway: Gateway): GatewayStatus {
  return {
    version: gateway.deps.identity.version,
    pid: process.pid,
    store: gateway.keeping(),
    upstreams: gateway.upstreams.map(upstreamStatus),
  };
}

function upstreamStatus(upstream: Upstream): UpstreamStatus {
  const { definitions, handshake, state, catalog } = upstream;
  const quarantined = quarantineOf(upstream);
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
    quarantined: quarantined.slice(0, quarantinedShown),
    quarantinedCount: quarantined.length,
    definitionFacts: catalog.recent,
    oddities: upstream.oddities.map((oddity) => ({ ...oddity, suggestion: suggestions[oddity.kind] })),
    stderr: state.kind === "ready" ? [] : upstream.stderr().slice(-stderrShown),
  };
}
