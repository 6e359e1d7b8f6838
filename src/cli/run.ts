import { CommanderError } from "commander";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Context } from "./context.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { buildProgram } from "./program.ts";
import { type Terminal, processTerminal } from "./terminal.ts";

/** The longest that a timer can be. */
const longestTimerMs = 2 ** 31 - 1;

/** Runs the command line of this process and resolves with its exit status. */
export async function runCommandLine(): Promise<number> {
  const terminal = processTerminal();
  const stopping = new AbortController();
  // The first Ctrl-C or SIGTERM stops in good order, the second at once; the guardian ends the children then.
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) process.exit(exitCodes.interrupted);
    stopping.abort(new GatewayError("cancelled", `Stopped by ${signal}`));
  };
  // What the gateway waits for, a pause before another try above all, keeps no process alive: a command that is not done does.
  const alive = setInterval(() => undefined, longestTimerMs);
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await run({ terminal, env: process.env, cwd: process.cwd(), signal: stopping.signal });
  } finally {
    clearInterval(alive);
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

async function run(context: Context): Promise<number> {
  let status: number = exitCodes.ok;
  const program = buildProgram(context, (code) => {
    status = code;
  });
  try {
    await program.parseAsync();
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return report(toGatewayError(thrown), context.terminal);
  }
}

function report(error: GatewayError, terminal: Terminal): number {
  const { data, code, message, suggestion } = error;
  if (process.argv.includes("--json")) {
    terminal.note(JSON.stringify({ error: { code, message, suggestion } }));
  } else if (code === "cancelled") {
    terminal.note("Cancelled.");
  } else {
    terminal.note(/[.?!]$/.test(message) ? message : `${message}.`);
    // The message of a wrong usage says itself what is wanted.
    if (code !== "usage" || data?.["suggestion"] !== undefined) terminal.note(`→ ${suggestion}`);
  }
  if (code === "internal_error" && process.env["SWITCHYARD_DEBUG"] !== undefined) terminal.note(String(error.stack));
  return exitCodeOf(code);
}
