import type { Command } from "commander";
import { type Done, withCommon } from "./common-options.ts";
import type { CommonOptions, Context } from "./context.ts";

/** Adds `db` and what it can do to the command. */
export function addDb(program: Command, context: Context, done: Done): void {
  const db = program
    .command("db")
    .description("look after the gateway's own file in the data folder, and the database that it shares with others");
  withCommon(db.command("status"))
    .description("show how large they are, their format, and whether the file is whole")
    .action(async (options: CommonOptions) => {
      const { showDatabase } = await import("./commands/db.ts");
      done(await showDatabase(context, options));
    });
  withCommon(db.command("migrate"))
    .description("bring them up to date, as the next start would")
    .action(async (options: CommonOptions) => {
      const { bringUpToDate } = await import("./commands/db.ts");
      done(await bringUpToDate(context, options));
    });
  withCommon(db.command("backup"))
    .description("copy the file, also while the gateway runs; a database is copied with pg_dump")
    .argument("<file>", "a new file; it will hold keys")
    .action(async (file: string, options: CommonOptions) => {
      const { backUp } = await import("./commands/db.ts");
      done(await backUp(file, context, options));
    });
  withCommon(db.command("restore"))
    .description("put a copy of the file in its place; needs the gateway to be stopped")
    .argument("<file>", "what backup made")
    .action(async (file: string, options: CommonOptions) => {
      const { restore } = await import("./commands/db.ts");
      done(await restore(file, context, options));
    });
}
