import type { Command } from "commander";
import type { ClientOptions } from "./reached.ts";
import type { ImportPromptsOptions, ShowPromptOptions } from "./commands/prompts.ts";
import { type Done, withUrl } from "./common-options.ts";
import type { Context } from "./context.ts";

/** Adds `prompts` and what it can do to the command. */
export function addPrompts(program: Command, context: Context, done: Done): void {
  const prompts = program.command("prompts").description("prompt templates of a running gateway");
  withUrl(prompts.command("list"))
    .alias("ls")
    .description("list the templates, and the prompts of servers, with how often each was used")
    .action(async (options: ClientOptions) => {
      const { listPrompts } = await import("./commands/prompts.ts");
      done(await listPrompts(context, options));
    });
  withUrl(prompts.command("show"))
    .description("show a template and its versions")
    .argument("<name>")
    .option("--version <number>", "this version, with whatever it says")
    .action(async (name: string, options: ShowPromptOptions) => {
      const { showPrompt } = await import("./commands/prompts.ts");
      done(await showPrompt(name, context, options));
    });
  withUrl(prompts.command("export"))
    .description("write templates to stdout, as import reads them; all where none is named")
    .argument("[names...]")
    .action(async (names: string[], options: ClientOptions) => {
      const { exportPrompts } = await import("./commands/prompts.ts");
      done(await exportPrompts(names, context, options));
    });
  withUrl(prompts.command("import"))
    .description("save each template of a file as a version; one that says the same already is left alone")
    .argument("<file>", "what export wrote, changed or not; - for stdin")
    .option("--publish", "offer them at once")
    .option("--note <text>", "what the versions are for")
    .action(async (file: string, options: ImportPromptsOptions) => {
      const { importPrompts } = await import("./commands/prompts.ts");
      done(await importPrompts(file, context, options));
    });
  addOperations(prompts, context, done);
}

function addOperations(prompts: Command, context: Context, done: Done): void {
  for (const [operation, description] of [
    ["publish", "offer a version, the last where none is said"],
    ["restore", "save what an earlier version says as the last"],
  ] as const) {
    withUrl(prompts.command(operation))
      .description(description)
      .argument("<name>")
      .argument(operation === "publish" ? "[version]" : "<version>")
      .action(async (name: string, version: string | undefined, options: ClientOptions) => {
        const { operatePrompt, versionBody } = await import("./commands/prompts.ts");
        done(await operatePrompt(operation, name, versionBody(version), context, options));
      });
  }
  withUrl(prompts.command("archive"))
    .description("offer a template no longer, and keep it")
    .argument("<name>")
    .action(async (name: string, options: ClientOptions) => {
      const { operatePrompt } = await import("./commands/prompts.ts");
      done(await operatePrompt("archive", name, {}, context, options));
    });
  withUrl(prompts.command("copy"))
    .description("make a template of a server's prompt")
    .argument("<prompt>", "such as erp__sales_analysis")
    .argument("<name>", "what the template is to be called")
    .action(async (prompt: string, name: string, options: ClientOptions) => {
      const { operatePrompt } = await import("./commands/prompts.ts");
      done(await operatePrompt("copy", name, { prompt }, context, options));
    });
  withUrl(prompts.command("remove"))
    .description("forget a template with its versions")
    .argument("<name>")
    .action(async (name: string, options: ClientOptions) => {
      const { removePrompt } = await import("./commands/prompts.ts");
      done(await removePrompt(name, context, options));
    });
}
