import { objectAt } from "../core/json.ts";
import type { JsonObject } from "../core/json.ts";
import type { Identity } from "../protocol/codec.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { type Revision, modernRevisions } from "../protocol/revision.ts";
import { tasksExtension } from "../protocol/tasks.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { searchToolName } from "./catalog-options.ts";
import { legacyTasksCapability, tasksExtensionOf } from "./tasks/support.ts";
import { unpromised, type View } from "./view.ts";

/** Longest text of instructions that is put together from the upstreams', in characters. */
const maxInstructions = 20_000;

/** What a downstream may ask of this view. What may come later is announced too, as capabilities cannot change in a session. */
function capabilitiesOf({ upstreams, hasTasks }: View): JsonObject {
  const extensions = { ...extensionsOf(upstreams), ...tasksExtensionOf(hasTasks) };
  return {
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    completions: {},
    logging: {},
  };
}

/** Extensions whose requests and notifications the gateway relays, or that consist of nothing but content. */
const relayed: ReadonlySet<string> = new Set([tasksExtension, "io.modelcontextprotocol/ui"]);

/** What of these some upstream offers. */
function extensionsOf(upstreams: readonly Upstream[]): JsonObject {
  const offered = upstreams.flatMap(({ profile }) =>
    Object.entries(objectAt(profile?.capabilities ?? {}, "extensions") ?? {}),
  );
  return Object.fromEntries(offered.filter(([name]) => relayed.has(name)));
}

/** What the upstreams want a model to know, under their names; undefined where none says anything. */
export function instructionsOf(upstreams: readonly Upstream[]): string | undefined {
  const said = upstreams.flatMap(({ name, profile }) =>
    profile?.instructions === undefined ? [] : [{ name, text: profile.instructions }],
  );
  const [first] = said;
  if (first === undefined) return undefined;
  const whole = upstreams.length === 1 ? first.text : said.map(({ name, text }) => `# ${name}\n\n${text}`).join("\n\n");
  return whole.length > maxInstructions ? `${whole.slice(0, maxInstructions)}…` : whole;
}

/** What a model should know of a view: what its maker says, else what the upstreams do; and how to find what is not listed. */
function instructionsFor(view: View): string | undefined {
  const said = view.instructions ?? instructionsOf(view.upstreams);
  if (view.search?.isInstead !== true) return said;
  const hint = `Most tools are not listed: find them with ${searchToolName}, then call them by the names it gives.`;
  return said === undefined ? hint : `${hint}\n\n${said}`;
}

/**
 * The result of `initialize`.
 *
 * @see MCP 2025-11-25, basic/lifecycle, Initialization.
 */
export function initializeResult(view: View, revision: Revision, identity: Identity): JsonObject {
  const instructions = instructionsFor(view);
  return {
    protocolVersion: revision,
    capabilities: {
      ...capabilitiesOf(view),
      ...(revision === "2025-11-25" ? legacyTasksCapability(view.hasTasks) : {}),
    },
    serverInfo: identity,
    ...(instructions === undefined ? {} : { instructions }),
  };
}

/**
 * The result of `server/discover`.
 *
 * @see MCP 2026-07-28, server/discover.
 */
export function discoverResult(view: View, identity: Identity): JsonObject {
  const instructions = instructionsFor(view);
  return {
    resultType: "complete",
    supportedVersions: modernRevisions,
    capabilities: capabilitiesOf(view),
    ...(instructions === undefined ? {} : { instructions }),
    ...unpromised,
    _meta: { [metaKeys.serverInfo]: identity },
  };
}

/** Who calls, as `initialize` says. */
export function callerOf(params: JsonObject): {
  readonly info: JsonObject | undefined;
  readonly capabilities: JsonObject;
} {
  return { info: objectAt(params, "clientInfo"), capabilities: objectAt(params, "capabilities") ?? {} };
}
