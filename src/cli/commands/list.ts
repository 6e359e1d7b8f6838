import type { UpstreamOptions } from "../../upstream/options.ts";
import { type CommonOptions, type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { table } from "../terminal.ts";

interface Row {
  readonly name: string;
  readonly transport: string;
  readonly target: string;
  /** `disabled` by the file, or `misconfigured` as it refers to what is not there. */
  readonly state: "enabled" | "disabled" | "misconfigured";
}

/** Shows which servers are configured; asks none of them. */
export async function list(context: Context, options: CommonOptions): Promise<number> {
  const { config, isDemo } = await chooseConfig(context, options);
  const rows: Row[] = config.upstreams.map((upstream) => ({
    name: upstream.name,
    transport: upstream.target.kind,
    target: shown(upstream),
    state: stateOf(upstream),
  }));
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify({ demo: isDemo, upstreams: rows }));
  else if (rows.length === 0) terminal.out("No server is configured: `switchyard add NAME -- COMMAND …` adds one.");
  else {
    if (isDemo) terminal.note("No switchyard.jsonc here: these are the demo servers.");
    const isPlain = rows.every(({ state }) => state === "enabled");
    const headings = isPlain ? ["NAME", "TRANSPORT", "TARGET"] : ["NAME", "TRANSPORT", "STATE", "TARGET"];
    const cells = rows.map(({ name, transport, state, target }) => {
      return isPlain ? [name, transport, target] : [name, transport, state, target];
    });
    terminal.out(table(headings, cells, terminal.columns));
    for (const note of config.upstreams.flatMap(noteOn)) terminal.note(note);
  }
  return exitCodes.ok;
}

function stateOf({ isDisabled, obstacle }: UpstreamOptions): Row["state"] {
  if (isDisabled === true) return "disabled";
  return obstacle === undefined ? "enabled" : "misconfigured";
}

function noteOn(upstream: UpstreamOptions): string[] {
  const { name, obstacle } = upstream;
  const state = stateOf(upstream);
  if (state === "disabled") return [`${name} is disabled in the configuration: \`switchyard enable ${name}\``];
  return obstacle === undefined ? [] : [`${name}: ${obstacle.message}\n  → ${obstacle.suggestion}`];
}

/** Where an upstream is, without its arguments, query and user part, any of which may hold a secret. */
function shown({ target }: UpstreamOptions): string {
  if (target.kind === "channel") return "in this process";
  if (target.kind === "connector") return target.connector;
  if (target.kind === "stdio") {
    const more = target.args.length;
    return more === 0 ? target.command : `${target.command} (${more} argument${more === 1 ? "" : "s"})`;
  }
  const url = URL.parse(target.url);
  // It may hold a reference that leads nowhere.
  return url === null ? "–" : url.origin + url.pathname;
}
