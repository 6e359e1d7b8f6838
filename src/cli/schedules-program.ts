import { type Command, Option } from "commander";
import { missedWays, overlapWays } from "../jobs/schedules/schedule.ts";
import type { ClientOptions } from "./reached.ts";
import type { CreateScheduleOptions, ListSchedulesOptions } from "./commands/schedules.ts";
import { type Done, withUrl } from "./common-options.ts";
import type { Context } from "./context.ts";
import { withRules } from "./jobs-program.ts";

/** Adds `schedules` and what it can do to the command. */
export function addSchedules(program: Command, context: Context, done: Done): void {
  const schedules = program.command("schedules").description("have a running gateway make jobs at times");
  addCreate(schedules, context, done);
  withUrl(schedules.command("ls"))
    .description("list your schedules, the latest first")
    .option("--all", "everybody's; for operators")
    .action(async (options: ListSchedulesOptions) => {
      const { listSchedules } = await import("./commands/schedules.ts");
      done(await listSchedules(context, options));
    });
  for (const [name, description] of Object.entries(actions)) {
    withUrl(schedules.command(name))
      .description(description)
      .argument("<id>")
      .action(async (id: string, options: ClientOptions) => {
        const { actOnSchedule, removeSchedule, showSchedule } = await import("./commands/schedules.ts");
        if (name === "show") done(await showSchedule(id, context, options));
        else if (name === "remove") done(await removeSchedule(id, context, options));
        else done(await actOnSchedule(name, id, context, options));
      });
  }
}

function addCreate(schedules: Command, context: Context, done: Done): void {
  withRules(withUrl(schedules.command("create")))
    .description("make jobs of the operations in a file at times")
    .argument("<file>", "JSON, JSONL or CSV, by its ending; JSON may name a tool's pages; - for JSONL from stdin")
    .option("--cron <pattern>", "when: minute, hour, day of month, month, day of week; or @daily and the like")
    .option("--rrule <rule>", "when: a recurrence rule, such as FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0")
    .option("--start <time>", "with --rrule: the local time at which it begins, 2026-01-31T09:00; default now")
    .option("--zone <name>", "time zone, such as Europe/Berlin; default that of this machine")
    .option("--name <text>", "what the list calls it")
    .option("--template <json>", "for CSV: one operation, with {{column}} for what a column holds")
    .addOption(
      new Option("--missed <what>", "what becomes of times at which no gateway ran; default skip").choices(missedWays),
    )
    .addOption(
      new Option("--overlap <what>", "what is done while the job before is not over; default skip").choices(
        overlapWays,
      ),
    )
    .option("--dry-run", "only show the next times, and keep nothing")
    .action(async (file: string, options: CreateScheduleOptions) => {
      const { createSchedule } = await import("./commands/schedules.ts");
      done(await createSchedule(file, context, options));
    });
}

const actions = {
  show: "show how a schedule stands, and its next five times",
  pause: "make no jobs until it is resumed; what has begun goes on",
  resume: "go on with a schedule that is paused",
  run: "make one more job now",
  remove: "forget a schedule; its jobs stay",
} as const;
