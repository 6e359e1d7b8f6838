import { type Command, InvalidArgumentError, Option } from "commander";
import { roles } from "../access/principal.ts";
import { topicNames } from "../live/topic.ts";
import type { ClientOptions } from "./reached.ts";
import type { AlertsOptions } from "./commands/alerts.ts";
import type { PurgeOptions } from "./commands/cache.ts";
import type { EventsOptions } from "./commands/events.ts";
import type { CreateKeyOptions } from "./commands/keys.ts";
import type { LogsOptions } from "./commands/logs.ts";
import type { Operation } from "./commands/operate.ts";
import type { SwitchOptions } from "./commands/switch.ts";
import { type Done, collect, withUrl } from "./common-options.ts";
import type { Context } from "./context.ts";

/** Adds the commands with which a running gateway is operated. */
export function addOperating(program: Command, context: Context, done: Done): void {
  addLogs(program, context, done);
  addEvents(program, context, done);
  addOperations(program, context, done);
  addSwitches(program, context, done);
  addAlerts(program, context, done);
  addCache(program, context, done);
  addKeys(program, context, done);
}

/** What an operator may do to an upstream of a running gateway, and what each is for. */
const operations: Readonly<Record<Operation, string>> = {
  try: "try a server at once that is down, instead of waiting for its turn",
  restart: "end the connection to a server, with the calls under way, and make another",
  isolate: "let no call through to a server until it is released; it stays connected",
  release: "let calls through again to a server that was isolated",
};

const switches = {
  disable: "disconnect a server, or take one of its tools off every list, until it is enabled",
  enable: "connect a server again, whoever disabled it, or list its tool again",
} as const;

function isOperation(name: string): name is Operation {
  return Object.hasOwn(operations, name);
}

function addSwitches(program: Command, context: Context, done: Done): void {
  for (const [name, description] of Object.entries(switches)) {
    withUrl(program.command(name))
      .description(description)
      .argument("<name[/tool]>", "the server, or one of its tools")
      .option("--temporary", "only the running gateway, until it ends; else the configuration file too")
      .action(async (address: string, options: SwitchOptions) => {
        const { switchOn } = await import("./commands/switch.ts");
        done(await switchOn(address, name === "enable", context, options));
      });
  }
}

function addOperations(program: Command, context: Context, done: Done): void {
  for (const operation of Object.keys(operations).filter(isOperation)) {
    withUrl(program.command(operation))
      .description(operations[operation])
      .argument("<name>")
      .action(async (name: string, options: ClientOptions) => {
        const { operate } = await import("./commands/operate.ts");
        done(await operate(operation, name, context, options));
      });
  }
}

function addLogs(program: Command, context: Context, done: Done): void {
  withUrl(program.command("logs"))
    .description("show what a running gateway's server wrote to stderr, and what happened to it")
    .argument("<name>")
    .option("-f, --follow", "go on until Ctrl-C, or until the gateway stops")
    .option("-n, --lines <number>", "how many of the last lines", lineCount, 100)
    .action(async (name: string, options: LogsOptions) => {
      const { logs } = await import("./commands/logs.ts");
      done(await logs(name, context, options));
    });
}

function addEvents(program: Command, context: Context, done: Done): void {
  withUrl(program.command("events"))
    .description("show what happened at a running gateway, and what happens")
    .option("-f, --follow", "go on until Ctrl-C, or until the gateway stops")
    .option("-n, --lines <number>", "how many of the last, at most 1000", lineCount, 100)
    .option("--topic <name>", `only this, which may be several: ${topicNames.join(", ")}`, collect)
    .action(async (options: EventsOptions) => {
      const { events } = await import("./commands/events.ts");
      done(await events(context, options));
    });
}

function addAlerts(program: Command, context: Context, done: Done): void {
  const alerts = program.command("alerts").description("show what is wrong at a running gateway, and see to it");
  withUrl(alerts.command("list", { isDefault: true }))
    .description("show what fires and what may soon; the exit status is 1 where something fires")
    .option("--rules", "show what is watched instead")
    .action(async (options: AlertsOptions) => {
      const { listAlerts } = await import("./commands/alerts.ts");
      done(await listAlerts(context, options));
    });
  withUrl(alerts.command("acknowledge"))
    .description("note, for everybody who sees the alert, that you see to it")
    .argument("<id>", "as the list shows it")
    .action(async (id: string, options: ClientOptions) => {
      const { acknowledge } = await import("./commands/alerts.ts");
      done(await acknowledge(id, context, options));
    });
  withUrl(alerts.command("slo"))
    .description("show how each tool does what is expected of it")
    .action(async (options: ClientOptions) => {
      const { showSlo } = await import("./commands/alerts.ts");
      done(await showSlo(context, options));
    });
}

function addCache(program: Command, context: Context, done: Done): void {
  const cache = program
    .command("cache")
    .description("look at what a running gateway keeps of results, drop it, fetch it");
  withUrl(cache.command("stats"))
    .description("show what is kept of each tool's results, and what that was good for")
    .action(async (options: ClientOptions) => {
      const { cacheStats } = await import("./commands/cache.ts");
      done(await cacheStats(context, options));
    });
  withUrl(cache.command("purge"))
    .description("drop what fits everything that is said")
    .option("--upstream <name>", "results of this server")
    .option("--tool <name>", "results of tools that their server calls so; resources/read for its resources")
    .option("--tag <name>", "results with this tag of the configuration")
    .option("--pattern <server/tool>", "results of what fits; * stands for any characters")
    .option("--user <id>", "results that are this caller's alone")
    .option("--all", "everything")
    .action(async (options: PurgeOptions) => {
      const { purgeCache } = await import("./commands/cache.ts");
      done(await purgeCache(context, options));
    });
  withUrl(cache.command("warm"))
    .description("make the calls now that the configuration says are to be made beforehand")
    .action(async (options: ClientOptions) => {
      const { warmCache } = await import("./commands/cache.ts");
      done(await warmCache(context, options));
    });
}

function addKeys(program: Command, context: Context, done: Done): void {
  const keys = program.command("keys").description("make, list and revoke API keys, with or without a running gateway");
  withUrl(keys.command("create"))
    .description("make a key and show it, this once")
    .argument("<name>", "what people will know it by")
    .addOption(new Option("--role <role>", "what it may do with the gateway").choices(roles).default("user"))
    .option(
      "--grant <grant>",
      "what it may use: UPSTREAM, UPSTREAM/TOOL or profile:NAME, with * as a wildcard; after read: only what changes nothing",
      collect,
    )
    .option("--expires <time>", "when it ceases to be valid: 30m, 12h, 90d; else never", span)
    .addHelpText(
      "after",
      "\nAdmins and operators may use everything; users and viewers what is granted, which is nothing at first.\n\n" +
        "Examples:\n  switchyard keys create laptop --role admin\n" +
        "  switchyard keys create ci --grant 'files/read_*' --grant read:tracker --expires 90d\n" +
        "  switchyard keys create assistant --grant profile:assistant",
    )
    .action(async (name: string, options: CreateKeyOptions) => {
      const { createKey } = await import("./commands/keys.ts");
      done(await createKey(name, context, options));
    });
  withUrl(keys.command("list"))
    .description("show the keys; not what they are, which nobody knows any more")
    .action(async (options: ClientOptions) => {
      const { listKeys } = await import("./commands/keys.ts");
      done(await listKeys(context, options));
    });
  withUrl(keys.command("revoke"))
    .description("make a key invalid, and end all that is open in its name")
    .argument("<id>")
    .action(async (id: string, options: ClientOptions) => {
      const { revokeKey } = await import("./commands/keys.ts");
      done(await revokeKey(id, context, options));
    });
}

/** A length of time in ms. */
function span(text: string): number {
  const [, number, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = Number(number) * (unitMs[unit] ?? 0);
  if (ms > 0) return ms;
  throw new InvalidArgumentError("It must be a number of minutes, hours or days: 30m, 12h, 90d.");
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function lineCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}
