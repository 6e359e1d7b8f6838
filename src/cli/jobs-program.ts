import { type Command, Option } from "commander";
import type { ClientOptions } from "./reached.ts";
import type { JobResultsOptions, ListJobsOptions, SubmitOptions } from "./commands/jobs.ts";
import { type Done, withUrl } from "./common-options.ts";
import type { Context } from "./context.ts";

/** Adds `jobs` and what it can do to the command. */
export function addJobs(program: Command, context: Context, done: Done): void {
  const jobs = program
    .command("jobs")
    .description("have a running gateway make many calls, and come back for the results");
  withRules(withUrl(jobs.command("submit")))
    .description("make a job of the operations in a file, which begins at once")
    .argument("[file]", "JSON, JSONL or CSV, by its ending; JSON may name a tool's pages; - for JSONL from stdin")
    .option("--template <json>", "for CSV: one operation, with {{column}} for what a column holds")
    .option("--from <id>", "instead of a file: a job that is over, whose results fill the template")
    .option("--dry-run <number>", "check all, make only the first so many, and pause until you resume it")
    .action(async (file: string | undefined, options: SubmitOptions) => {
      const { submitJob } = await import("./commands/jobs.ts");
      done(await submitJob(file, context, options));
    });
  withUrl(jobs.command("ls"))
    .description("list your jobs, the latest first")
    .option("--all", "everybody's; for operators")
    .action(async (options: ListJobsOptions) => {
      const { listJobs } = await import("./commands/jobs.ts");
      done(await listJobs(context, options));
    });
  withUrl(jobs.command("results"))
    .description("write what became of the operations to stdout, one a line of JSON")
    .argument("<id>")
    .option("--failed", "only of those that failed")
    .option("--csv", "as a table instead")
    .action(async (id: string, options: JobResultsOptions) => {
      const { jobResults } = await import("./commands/jobs.ts");
      done(await jobResults(id, context, options));
    });
  withUrl(jobs.command("watch"))
    .description("show how far a job is until it is over")
    .argument("<id>")
    .action(async (id: string, options: ClientOptions) => {
      const { watchJob } = await import("./commands/jobs.ts");
      done(await watchJob(id, context, options));
    });
  for (const [name, description] of Object.entries(actions)) {
    withUrl(jobs.command(name))
      .description(description)
      .argument("<id>")
      .action(async (id: string, options: ClientOptions) => {
        const { actOnJob, showJob } = await import("./commands/jobs.ts");
        done(name === "show" ? await showJob(id, context, options) : await actOnJob(name, id, context, options));
      });
  }
}

const actions = {
  show: "show how a job stands",
  pause: "begin nothing more of a job; what is under way goes on to its end",
  resume: "go on with a job that is paused",
  cancel: "end a job, and abort what of it is under way",
  retry: "make a job of the operations that failed; needs a job that is over",
} as const;

/** Adds how jobs are carried out to a command. */
export function withRules(command: Command): Command {
  return command
    .option("--parallel <number>", "operations under way at once, 1 to 50; default 3")
    .option("--rate <number>", "operations that may begin in a second")
    .option("--retries <number>", "further attempts where they may help and do no harm, 0 to 10; default 0")
    .option("--timeout <ms>", "longest time of one attempt")
    .option("--priority <number>", "those of a higher one begin first, -100 to 100; default 0")
    .addOption(new Option("--on-error <what>", "what a failure means for the rest").choices(["continue", "stop"]));
}
