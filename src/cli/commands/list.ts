import type { UpstreamOptions } from "../../upstream/options.ts";
import { type CommonOptions, type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { table } from "../terminal.ts";

interface Row {
  readonly name: string;
  readonly transport: string;
  readonly target: string;
}

/** Shows which servers are configured; asks none of them. */
export async function list(context: Context, options: CommonOptions): Promise<number> {
  const { config, isDemo } = await chooseConfig(context, options);
  const rows: Row[] = [
    ...config.upstreams.map((upstream) => ({
      name: upstream.name,
      transport: upstream.target.kind,
      target: shown(upstream),
    })),
    ...config.disabledUpstreams.map((name) => ({ name, transport: "–", target: "disabled" })),
  ];
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify({ demo: isDemo, upstreams: rows }));
  else if (rows.length === 0) terminal.out("No server is configured: `switchyard add NAME -- COMMAND …` adds one.");
  else {
    if (isDemo) terminal.note("No switchyard.jsonc here: these are the demo servers.");
    const cells = rows.map(({ name, transport, target }) => [name, transport, target]);
    terminal.out(table(["NAME", "TRANSPORT", "TARGET"], cells, terminal.columns));
  }
  return exitCodes.ok;
}

/** Where an upstream is, without its arguments, query and user part, any of which may hold a secret. */
function shown({ target }: UpstreamOptions): string {
  if (target.kind === "channel") return "in this process";
  if (target.kind === "stdio") {
    const more = target.args.length;
    return more === 0 ? target.command : `${target.command} (${more} argument${more === 1 ? "" : "s"})`;
  }
  const { origin, pathname } = new URL(target.url);
  return origin + pathname;
}
