import { type Command, InvalidArgumentError, Option } from "commander";
import { exportFormats } from "../audit/export.ts";
import type {
  AuditExportOptions,
  AuditFilterOptions,
  AuditListOptions,
  AuditSummaryOptions,
  AuditVerifyOptions,
} from "./commands/audit.ts";
import type { ReplayOptions } from "./commands/audit-replay.ts";
import type { ClientOptions } from "./reached.ts";
import type { Context } from "./context.ts";

type Done = (status: number) => void;

/** Adds `audit` and what it can do to the command. */
export function addAudit(program: Command, context: Context, done: Done): void {
  const audit = program
    .command("audit")
    .description("look at the record of every call, with or without a running gateway");
  filtered(audit.command("ls"))
    .description("list calls and events, the latest first")
    .option("--limit <number>", "how many, 1 to 1000; default 50")
    .option("--before <id>", "go on after the last one listed")
    .action(async (options: AuditListOptions) => {
      const { auditList } = await import("./commands/audit.ts");
      done(await auditList(context, options));
    });
  common(audit.command("show"))
    .description("show everything on record of one call: stages, attempts, arguments, result")
    .argument("<id>", "its id, which is the errorId of its failure")
    .action(async (id: string, options: ClientOptions) => {
      const { auditShow } = await import("./commands/audit.ts");
      done(await auditShow(id, context, options));
    });
  common(audit.command("verify"))
    .description("check that nothing on record was changed, removed or put in between")
    .option("--anchor <number:hash>", "a latest row that was noted earlier: finds also what was cut off at the end")
    .action(async (options: AuditVerifyOptions) => {
      const { auditVerify } = await import("./commands/audit.ts");
      done(await auditVerify(context, options));
    });
  common(audit.command("summary"))
    .description("say what the calls of the last days came to")
    .option("--days <number>", "how many days", days, 7)
    .action(async (options: AuditSummaryOptions) => {
      const { auditSummary } = await import("./commands/audit.ts");
      done(await auditSummary(context, options));
    });
  filtered(audit.command("export"))
    .description("write what is on record to stdout, the oldest first")
    .addOption(new Option("--format <format>", "one row a line").choices(exportFormats).default("jsonl"))
    .action(async (options: AuditExportOptions) => {
      const { auditExport } = await import("./commands/audit.ts");
      done(await auditExport(context, options));
    });
  common(audit.command("replay"))
    .description("repeat the calls of read-only tools, and show where the results differ from those on record")
    .requiredOption("--upstream <name>", "whose calls")
    .option("--since <time>", "from then on: 2026-01-31, 2026-01-31T12:00:00Z, 15m, 2h, 7d", "1d")
    .option("--until <time>", "before then")
    .option(
      "--against <url|upstream>",
      "who answers: a Streamable HTTP address, or another upstream; default: the same one",
    )
    .option("--limit <number>", "how many calls at the most", "1000")
    .action(async (options: ReplayOptions) => {
      const { auditReplay } = await import("./commands/audit-replay.ts");
      done(await auditReplay(context, options));
    });
}

function common(command: Command): Command {
  return command
    .option("--config <file>", "configuration file; else switchyard.jsonc, .json, .yaml or .yml of this folder")
    .option("--json", "machine-readable output")
    .option("--url <url>", "a running gateway, such as http://127.0.0.1:8001");
}

/** The options of {@link AuditFilterOptions}. */
function filtered(command: Command): Command {
  const options: Readonly<Record<Exclude<keyof AuditFilterOptions, keyof ClientOptions>, readonly [string, string]>> = {
    kind: ["--kind <kind>", "call, event, dropped or retention"],
    upstream: ["--upstream <name>", "whose it was"],
    tool: ["--tool <name>", "what was called, by either of its names"],
    principal: ["--principal <id>", "who asked"],
    outcome: ["--outcome <outcome>", "ok, tool_error, error or cancelled"],
    code: ["--code <code>", "why it failed, such as deadline_exceeded"],
    errorId: ["--errorId <id>", "the call whose failure carried this errorId"],
    since: ["--since <time>", "from then on: 2026-01-31, 2026-01-31T12:00:00Z, 15m, 2h, 7d"],
    until: ["--until <time>", "before then"],
  };
  for (const [flags, description] of Object.values(options)) command.option(flags, description);
  return common(command);
}

function days(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError("It must be a whole number of days from 1.");
}
