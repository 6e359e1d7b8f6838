import { Command, InvalidArgumentError, Option } from "commander";
import { clientNames } from "../clients/client-names.ts";
import { GatewayError } from "../core/errors.ts";
import { identity } from "../identity.ts";
import { addAudit } from "./audit-program.ts";
import type { Context } from "./context.ts";
import { addDb } from "./db-program.ts";
import type { ApproveOptions } from "./commands/approve.ts";
import type { AddOptions } from "./commands/add.ts";
import type { CallToolOptions } from "./commands/call.ts";
import type { ConnectOptions } from "./commands/connect.ts";
import type { DoctorOptions } from "./commands/doctor.ts";
import type { ImportOptions } from "./commands/import.ts";
import type { ServeOptions } from "./commands/serve.ts";
import type { builtInDemos } from "../built-in-demos.ts";
import type { WaitGoal, WaitOptions } from "./commands/wait.ts";
import type { ClientOptions } from "./reached.ts";
import type { CommonOptions } from "./context.ts";
import { type Done, collect, withCommon, withUrl } from "./common-options.ts";
import { addJobs } from "./jobs-program.ts";
import { addOperating } from "./operating-commands.ts";
import { addPrompts } from "./prompts-program.ts";
import { addSchedules } from "./schedules-program.ts";

const exitCodeHelp = `
Exit status: 0 done · 1 the tool reported a failure · 2 wrong usage · 3 wrong configuration ·
4 gateway or upstream not available · 5 no such upstream or tool · 6 other failure · 130 interrupted`;

/** The `switchyard` command; `done` is told each command's exit status. */
export function buildProgram(context: Context, done: (status: number) => void): Command {
  const program = new Command("switchyard")
    .description("One gateway between AI agents and the systems they operate.")
    .version(identity.version)
    .addHelpText("after", exitCodeHelp)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => {
        context.terminal.out(text.trimEnd());
      },
      writeErr: (text) => {
        context.terminal.note(text.trimEnd());
      },
    })
    .enablePositionalOptions()
    .showHelpAfterError("→ With --help after it, a command says what it takes.")
    .exitOverride();
  addServe(program, context, done);
  addConfiguring(program, context, done);
  addClients(program, context, done);
  addAsking(program, context, done);
  addApprove(program, context, done);
  addChecking(program, context, done);
  addErrors(program, context, done);
  addOperating(program, context, done);
  addAudit(program, context, done);
  addJobs(program, context, done);
  addSchedules(program, context, done);
  addPrompts(program, context, done);
  addDb(program, context, done);
  addLogin(program, context, done);
  addConfig(program, context, done);
  addConnector(program, context, done);
  addDemo(program, context, done);
  return program;
}

function addServe(program: Command, context: Context, done: Done): void {
  withCommon(program.command("serve"))
    .description("run the gateway until Ctrl-C")
    .option("--stdio", "serve one client on standard input and output instead of listening")
    .option("--profile <name>", "with --stdio: serve this profile instead of everything")
    .option("--host <address>", "address to listen on; only loopback starts without authentication")
    .option("--port <number>", "port to listen on; 0 takes any free one", port)
    .action(async (options: ServeOptions) => {
      const { serve } = await import("./commands/serve.ts");
      done(await serve(context, options));
    });
}

function addConfiguring(program: Command, context: Context, done: Done): void {
  withCommon(program.command("add"))
    .description("add a server to the configuration file")
    .showHelpAfterError(
      "→ The server's command comes after --: switchyard add memory -- npx -y @modelcontextprotocol/server-memory",
    )
    .argument("<name>", "its name; its tools are then NAME__tool")
    .argument("[command...]", "after --: the command that starts it, and its arguments")
    .option("--url <url>", "its Streamable HTTP address, instead of a command")
    .option("-e, --env <KEY=VALUE>", "environment variable for the command; ${NAME} refers to ours", collect)
    .option(
      "-H, --header <Name: value>",
      "header for requests to the address; ${NAME} refers to our environment",
      collect,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  switchyard add memory -- npx -y @modelcontextprotocol/server-memory\n" +
        "  switchyard add tracker --url https://tracker.example.com/mcp -H 'Authorization: Bearer ${TRACKER_TOKEN}'",
    )
    .action(async (name: string, command: string[], options: AddOptions) => {
      const { add } = await import("./commands/add.ts");
      done(await add(name, command, context, options));
    });
  withCommon(program.command("remove"))
    .description("take a server out of the configuration file")
    .argument("<name>")
    .action(async (name: string, options: CommonOptions) => {
      const { remove } = await import("./commands/add.ts");
      done(await remove(name, context, options));
    });
  withCommon(program.command("list"))
    .description("show the configured servers")
    .action(async (options: CommonOptions) => {
      const { list } = await import("./commands/list.ts");
      done(await list(context, options));
    });
}

function addClients(program: Command, context: Context, done: Done): void {
  const clients = clientNames.join(", ");
  withCommon(program.command("import"))
    .description("take the servers of an MCP client into the configuration file")
    .option("--from <client>", `whose servers: ${clients}; claude is Claude Desktop and Claude Code`)
    .option("--file <file>", "the client's file, where it is in no usual place")
    .option("--dry-run", "only show what would be written")
    .option("--replace", "let a server of the client take the place of one here that has its name")
    .option("--rollback", "make the configuration file what it was before the last import")
    .addHelpText(
      "after",
      "\nValues of env and headers are copied and never shown. What was before is kept beside the file.\n\n" +
        "Examples:\n  switchyard import --from cursor --dry-run\n" +
        "  switchyard import --from claude\n  switchyard import --rollback",
    )
    .action(async (options: ImportOptions) => {
      const { importServers } = await import("./commands/import.ts");
      done(await importServers(context, options));
    });
  withCommon(program.command("connect"))
    .description("write this gateway into an MCP client's configuration")
    .argument("<client>", clients)
    .option("--stdio", "let the client start the gateway, instead of reaching one that runs")
    .option("--url <url>", "the gateway's address; else that of the one that runs, or the configured one")
    .option("--name <name>", "what the client calls the gateway", "switchyard")
    .option("--file <file>", "the client's file, such as the project's own; else the one in the home folder")
    .option("--dry-run", "only show what would be written")
    .option("--remove", "take the gateway out again")
    .addHelpText(
      "after",
      "\nEverything else in the file stays byte for byte, and the file as it was is kept beside it. Claude Desktop always starts the gateway itself.\n\n" +
        "Examples:\n  switchyard connect cursor\n  switchyard connect claude --dry-run\n" +
        "  switchyard connect vscode --file .vscode/mcp.json\n  switchyard connect codex --remove",
    )
    .action(async (name: string, options: ConnectOptions) => {
      const { connect } = await import("./commands/connect.ts");
      done(await connect(name, context, options));
    });
}

function addAsking(program: Command, context: Context, done: Done): void {
  withUrl(program.command("inspect"))
    .description("show what the servers offer, with or without a running gateway")
    .argument("[upstream[/tool]]")
    .action(async (address: string | undefined, options: ClientOptions) => {
      const { inspect } = await import("./commands/inspect.ts");
      done(await inspect(address, context, options));
    });
  withUrl(program.command("call"))
    .description("call a tool, with or without a running gateway; Ctrl-C cancels the call")
    .argument("<upstream/tool>")
    .option("--args <json>", "its arguments as a JSON object, or @FILE")
    .action(async (address: string, options: CallToolOptions) => {
      const { callTool } = await import("./commands/call.ts");
      done(await callTool(address, context, options));
    });
  withUrl(program.command("status"))
    .description("show how a running gateway's servers stand, and what to do about those that are down")
    .action(async (options: ClientOptions) => {
      const { status } = await import("./commands/status.ts");
      done(await status(context, options));
    });
}

function addApprove(program: Command, context: Context, done: Done): void {
  withUrl(program.command("approve"))
    .description("show what of a pinned server changed, and approve it; with or without a running gateway")
    .argument("<upstream[/name]>", "the server, or one of its tools, prompts or resources")
    .option("--dry-run", "only show it")
    .action(async (address: string, options: ApproveOptions) => {
      const { approve } = await import("./commands/approve.ts");
      done(await approve(address, context, options));
    });
}

function addChecking(program: Command, context: Context, done: Done): void {
  withCommon(program.command("doctor"))
    .description("look for what keeps the gateway or its servers from working, and say what to do")
    .option("--fix", "repair what can be repaired without harm, and say what was done")
    .addHelpText(
      "after",
      "\nEnds with 0 unless there is an error; warnings are none.\n\n" +
        "Examples:\n  switchyard doctor\n  switchyard doctor --fix\n  switchyard doctor --json",
    )
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("./commands/doctor.ts");
      done(await doctor(context, options));
    });
  withUrl(program.command("wait"))
    .description("wait until a gateway runs and its servers are ready; for scripts")
    .argument("[name...]", "the servers to wait for; all, where none is named")
    .option("--timeout <seconds>", "how long to wait; then it ends with 4 and what is missing", seconds, 60)
    .addOption(new Option("--for <what>", "what to wait for").choices(waitGoals).default("ready"))
    .addHelpText(
      "after",
      "\nExamples:\n  switchyard serve & switchyard wait --timeout 30 && switchyard call files/read_text_file …\n" +
        "  switchyard wait memory tracker\n  switchyard wait --for listening --url http://127.0.0.1:8001",
    )
    .action(async (names: readonly string[], options: WaitOptions) => {
      const { wait } = await import("./commands/wait.ts");
      done(await wait(names, context, options));
    });
}

function addErrors(program: Command, context: Context, done: Done): void {
  withCommon(program.command("errors"))
    .description("say what a code of an error means and what to do; without one, list all codes")
    .argument("[code]", "such as deadline_exceeded, or permission_denied")
    .action(async (code: string | undefined, options: CommonOptions) => {
      const { errors } = await import("./commands/errors.ts");
      done(errors(code, context, options));
    });
}

const waitGoals: readonly WaitGoal[] = ["ready", "listening"];

function addLogin(program: Command, context: Context, done: Done): void {
  withUrl(program.command("login"))
    .description("show where to log in to a server, and wait until that is done")
    .argument("<name>")
    .action(async (name: string, options: ClientOptions) => {
      const { login } = await import("./commands/login.ts");
      done(await login(name, context, options));
    });
  withCommon(program.command("logout"))
    .description("forget the login to a server")
    .argument("<name>")
    .action(async (name: string, options: CommonOptions) => {
      const { logout } = await import("./commands/login.ts");
      done(await logout(name, context, options));
    });
}

function addConfig(program: Command, context: Context, done: Done): void {
  const config = program.command("config").description("check or describe the configuration file");
  withCommon(config.command("validate"))
    .description("check the whole file, with line and column of every problem")
    .argument("[file]")
    .action(async (file: string | undefined, options: CommonOptions) => {
      const { validateConfig } = await import("./commands/config.ts");
      done(await validateConfig(file, context, options));
    });
  config
    .command("schema")
    .description("print the JSON Schema of the file")
    .action(async () => {
      const { printSchema } = await import("./commands/config.ts");
      done(printSchema(context));
    });
}

function addConnector(program: Command, context: Context, done: Done): void {
  program
    .command("connector")
    .description("serve one connector on standard input and output, or begin a new one")
    .argument("<connector>", "cashflow, a file (./weather.ts), an installed package, or new")
    .argument("[options...]", "options of its configuration, such as --dir ./entities; after new: its name")
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText(
      "after",
      "\nExamples:\n  switchyard connector cashflow --dir ./company\n  switchyard connector ./weather.ts --city Oslo\n  switchyard connector new weather",
    )
    .action(async (reference: string, rest: readonly string[]) => {
      const { newConnector, serveOneConnector } = await import("./commands/connector.ts");
      const [name, ...more] = rest;
      if (reference !== "new") done(await serveOneConnector(reference, rest, context));
      else if (name !== undefined && more.length === 0) done(await newConnector(name, context));
      else throw new GatewayError("usage", "`switchyard connector new` needs one name");
    });
}

function addDemo(program: Command, context: Context, done: Done): void {
  const demos = program
    .command("demo")
    .description("run a simulated system to try a connector with, until Ctrl-C")
    .addHelpText(
      "after",
      "\nExamples:\n  switchyard demo checkmk --hosts 1000 --services 100\n  switchyard demo frappe --variant 14",
    );
  const run = async (name: keyof typeof builtInDemos, options: object): Promise<void> => {
    const { demo } = await import("./commands/demo.ts");
    done(await demo(name, options, context));
  };
  demos
    .command("checkmk")
    .description("a monitoring site in which problems come and go")
    .option("--port <number>", "port to listen on; by default any free one", port, 0)
    .option("--hosts <number>", "hosts that are monitored", count, 50)
    .option("--services <number>", "services of each host", count, 10)
    .action((options: object) => run("checkmk", options));
  demos
    .command("frappe")
    .description("an ERP with the books of a small company, which forgets all changes")
    .option("--port <number>", "port to listen on; by default any free one", port, 0)
    .addOption(new Option("--variant <version>", "of which version of Frappe").choices(["14", "15"]).default("15"))
    .action((options: object) => run("frappe", options));
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 100_000) return number;
  throw new InvalidArgumentError("It must be a whole number from 1 to 100000.");
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

function seconds(text: string): number {
  const number = Number(text);
  if (/^\d{1,6}(?:\.\d{1,3})?$/.test(text) && number <= 86_400) return number;
  throw new InvalidArgumentError("It must be a number of seconds from 0 to 86400.");
}
