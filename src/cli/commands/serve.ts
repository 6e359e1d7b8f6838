import { isDeepStrictEqual } from "node:util";
import { isAsked } from "../../access/options.ts";
import { type Config, enabledUpstreams } from "../../config/config.ts";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { sleep } from "../../core/sleep.ts";
import { type ConfigFileOptions, type Switchyard, startSwitchyard } from "../../gateway.ts";
import type { Route } from "../../gateway/route.ts";
import type { HttpServer } from "../../server/server.ts";
import { tracingFromEnv } from "../../traces/options.ts";
import { ownStdio } from "../../transport/own-stdio.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { DefinitionFact } from "../../upstream/definition-facts.ts";
import { type Chosen, type CommonOptions, type Context, chooseConfig, loginOptions } from "../context.ts";
import { factText } from "../definition-text.ts";
import { exitCodes } from "../exit-codes.ts";
import { forgetRunning, rememberRunning } from "../running.ts";
import { type Terminal, printable } from "../terminal.ts";

/** How long after the address was said nothing is started, in ms: who waited for it asks at once, and goes first. */
const firstRequestsMs = 100;

export interface ServeOptions extends CommonOptions {
  readonly stdio?: boolean;
  readonly profile?: string;
  readonly host?: string;
  readonly port?: number;
}

/** Runs the gateway until Ctrl-C, SIGTERM or, with `--stdio`, the end of the input. */
export async function serve(context: Context, options: ServeOptions): Promise<number> {
  const chosen = await chooseConfig(context, options);
  const route = routeFor(options, chosen.config);
  noteUnresolved(chosen.config, context.terminal);
  const { promise: startAfter, resolve: startOthers } = Promise.withResolvers<void>();
  const switchyard = startSwitchyard({
    upstreams: chosen.config.upstreams,
    // Who runs it by stdio waits for nothing but answers.
    ...(options.stdio !== true && { startAfter }),
    catalog: chosen.config.catalog,
    policies: chosen.config.policies,
    sessions: chosen.config.sessions,
    cache: chosen.config.cache,
    auth: chosen.config.auth,
    audit: chosen.config.audit,
    jobs: chosen.config.jobs,
    alerts: chosen.config.alerts,
    webhooks: chosen.config.webhooks,
    dataDir: chosen.config.dataDir,
    ...(chosen.config.store && { store: chosen.config.store }),
    ...configFile(chosen, context),
    onStoreProblem: storeReporter(context.terminal),
    otel: chosen.config.otel ?? tracingFromEnv(context.env),
    oauth: loginOptions(chosen.config, context),
    onDefinitionsChanged: definitionReporter(context.terminal, options.json === true),
    onStateChange: reporter(context.terminal, options.json === true),
    onWarning: ({ name }, text) => {
      const line = options.json === true ? JSON.stringify({ event: "warning", name, text }) : `${name}: ${text}`;
      context.terminal.note(line);
    },
  });
  try {
    await (options.stdio === true
      ? serveStdio(switchyard, route, context)
      : serveHttp(switchyard, chosen, context, options, startOthers));
    return exitCodes.ok;
  } finally {
    await switchyard.close();
  }
}

/** What the one client on stdio is served. */
function routeFor({ stdio, profile }: ServeOptions, { catalog }: Config): Route {
  if (profile === undefined) return { kind: "all" };
  if (stdio !== true) {
    throw new GatewayError(
      "usage",
      "--profile goes with --stdio; over HTTP every profile has its address, /mcp/p/NAME",
    );
  }
  const names = catalog.profiles.map(({ name }) => name);
  if (names.includes(profile)) return { kind: "profile", name: profile };
  const known = names.length === 0 ? "none is configured" : `there are ${names.join(", ")}`;
  throw new GatewayError("route_not_found", `There is no profile "${profile}"; ${known}`, {
    data: { suggestion: "Profiles stand in the configuration under `profiles`." },
  });
}

/** The file behind the gateway, and what is said of its changes. */
function configFile({ config }: Chosen, { terminal, env, cwd }: Context): { readonly configFile?: ConfigFileOptions } {
  const { source } = config;
  if (source.kind === "none") return {};
  const onRead = (read: Config | GatewayError): void => {
    if (read instanceof GatewayError) {
      terminal.note(`${read.message}\nThe running configuration stays.`);
      return;
    }
    terminal.note(`Configuration read again: ${count(enabledUpstreams(read).length, "server")}`);
    noteUnresolved(read, terminal);
    if (!isDeepStrictEqual(fixedIn(read), fixedIn(config))) {
      terminal.note(
        "Changes of listen, auth, sessions, cache, audit, jobs, store, otel, webhooks and dataDir are taken up at the next start.",
      );
    }
  };
  return { configFile: { path: source.path, env, cwd, onRead } };
}

/** What a running gateway does not take up. */
function fixedIn({
  listen,
  auth,
  sessions,
  cache,
  audit,
  jobs,
  store,
  otel,
  webhooks,
  dataDir,
}: Config): readonly unknown[] {
  return [listen, auth, sessions, cache, audit, jobs, store, otel, webhooks, dataDir];
}

/** Says which servers are not started for want of what they refer to. */
function noteUnresolved({ unresolved }: Config, terminal: Terminal): void {
  if (unresolved === undefined) return;
  terminal.note(`${unresolved.message}\nThe others run; \`switchyard status\` says what to do.`);
}

async function serveStdio(switchyard: Switchyard, route: Route, { signal }: Context): Promise<void> {
  const channel = ownStdio({ input: process.stdin, output: process.stdout });
  const stop = (): void => void channel.close();
  signal.addEventListener("abort", stop);
  await switchyard.serve(channel, route, "stdio");
  signal.removeEventListener("abort", stop);
  process.stdin.pause();
}

async function serveHttp(
  switchyard: Switchyard,
  chosen: Chosen,
  context: Context,
  options: ServeOptions,
  startOthers: () => void,
): Promise<void> {
  const { config } = chosen;
  const { host = config.listen.host, port = config.listen.port } = options;
  const server = await switchyard.listen({ ...config.listen, host, port });
  const key = isAsked(config.auth) ? switchyard.localKey : undefined;
  await rememberRunning(config.dataDir, { url: server.origin, key });
  if (options.json === true) {
    context.terminal.out(JSON.stringify({ event: "listening", url: `${server.origin}/mcp`, pid: process.pid }));
  } else {
    context.terminal.out(greeting(server, chosen));
  }
  void sleep(systemClock, firstRequestsMs, context.signal).then(startOthers);
  await aborted(context.signal);
  if (options.json !== true) context.terminal.note("Stopping …");
  await forgetRunning(config.dataDir);
}

function greeting({ origin }: HttpServer, { config, isDemo, missing }: Chosen): string {
  const lines = [
    `Switchyard listens at ${origin}/mcp`,
    "",
    ...addresses(origin, config),
    "",
    "Point an MCP client at it:",
    "",
    indented(JSON.stringify({ mcpServers: { switchyard: { type: "http", url: `${origin}/mcp` } } }, undefined, 2)),
    "",
  ];
  if (isDemo) {
    lines.push(
      "No switchyard.jsonc here, so these are demo servers. `switchyard add NAME -- COMMAND …` begins a configuration of your own.",
      ...missing.map((name) => `Not installed, so left out: ${name}`),
      "",
    );
  } else if (config.upstreams.length === 0) {
    lines.push("No server is configured yet: `switchyard add NAME -- COMMAND …` adds one.", "");
  }
  return lines.join("\n");
}

function addresses(origin: string, config: Config): string[] {
  const rows = [
    ["all tools", `${origin}/mcp`],
    ...enabledUpstreams(config).map(({ name }) => [`only ${name}`, `${origin}/mcp/u/${encodeURIComponent(name)}`]),
    ...config.catalog.profiles.map(({ name }) => [`profile ${name}`, `${origin}/mcp/p/${encodeURIComponent(name)}`]),
    ["dashboard", `${origin}/`],
  ];
  const width = Math.max(...rows.map(([label = ""]) => label.length));
  return rows.map(([label = "", address = ""]) => `  ${label.padEnd(width)}  ${address}`);
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

/** Tells the person, or the log, when an upstream comes or goes. */
function reporter(terminal: Terminal, isJson: boolean): (upstream: Upstream) => void {
  /** Since when an upstream wants the login that was told of: its address changes every few minutes. */
  const told = new Map<string, number>();
  return (upstream) => {
    const { name, state } = upstream;
    if (isJson) {
      terminal.note(JSON.stringify({ event: "upstream", name, state }));
    } else if (state.kind !== "awaiting_login") {
      report(upstream, terminal);
    } else if (told.get(name) !== state.since) {
      told.set(name, state.since);
      terminal.note(
        `${name} needs a login. Open this URL within ten minutes:\n  ${printable(state.authorizationUrl)}\nLater, \`switchyard login ${name}\` shows a fresh one.`,
      );
    }
  };
}

/** Facts about one server that are told line by line; of more only how many there are. */
const factsTold = 10;

/** Tells what became of definitions. */
function definitionReporter(terminal: Terminal, isJson: boolean): (facts: readonly DefinitionFact[]) => void {
  return (facts) => {
    if (isJson) {
      for (const fact of facts) terminal.note(JSON.stringify({ event: "definition", ...fact }));
      return;
    }
    for (const fact of facts.slice(0, factsTold)) terminal.note(factText(fact));
    const [first] = facts;
    if (first === undefined) return;
    if (facts.length > factsTold) terminal.note(`${first.upstream}: and ${facts.length - factsTold} more`);
    if (facts.some((fact) => "isQuarantined" in fact && fact.isQuarantined)) {
      terminal.note(
        `  → \`switchyard approve ${first.upstream} --dry-run\` shows what changed; without --dry-run it approves.`,
      );
    }
  };
}

/** Tells that nothing can be kept, and when it can again. */
function storeReporter(terminal: Terminal): (problem: GatewayError | undefined) => void {
  return (problem) => {
    if (problem === undefined) terminal.note("What must survive a restart is kept again.");
    else {
      const what =
        problem.data !== undefined && "place" in problem.data ? "Jobs wait" : "Nothing is kept for the next start";
      terminal.note(printable(`${what}: ${problem.message}. ${problem.suggestion}`));
    }
  };
}

function report(upstream: Upstream, terminal: Terminal): void {
  const { name, state } = upstream;
  if (state.kind === "ready") {
    const { tools, prompts, resources } = upstream.definitions;
    terminal.note(
      `${name} is ready: ${count(tools.length, "tool")}, ${count(prompts.length, "prompt")}, ${count(resources.length, "resource")}`,
    );
  } else if (state.kind === "recovering") {
    const { problem, attempts } = state;
    // A server that stays down is told of at growing intervals, as it is tried at growing intervals.
    const suggestion = attempts === 1 ? ` ${problem.suggestion}` : "";
    terminal.note(printable(`${name} is down (attempt ${attempts}): ${problem.message}.${suggestion}`));
  }
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    // A pending promise does not keep a process alive; the listening socket does.
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
