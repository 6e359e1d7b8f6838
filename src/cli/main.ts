#!/usr/bin/env node
import { CommanderError } from "commander";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { buildProgram } from "./program.ts";
import { processTerminal } from "./terminal.ts";

const terminal = processTerminal();
const stopping = new AbortController();

/** The first Ctrl-C or SIGTERM stops in good order, the second at once; the guardian ends the children then. */
function onSignal(signal: NodeJS.Signals): void {
  if (stopping.signal.aborted) process.exit(exitCodes.interrupted);
  stopping.abort(new GatewayError("cancelled", `Stopped by ${signal}`));
}

async function run(): Promise<number> {
  let status: number = exitCodes.ok;
  const context = { terminal, env: process.env, cwd: process.cwd(), signal: stopping.signal };
  const program = buildProgram(context, (code) => {
    status = code;
  });
  try {
    await program.parseAsync();
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return report(toGatewayError(thrown));
  }
}

function report(error: GatewayError): number {
  const { data, code, message } = error;
  const own = typeof data?.["suggestion"] === "string" ? data["suggestion"] : undefined;
  const suggestion = own ?? error.suggestion;
  if (process.argv.includes("--json")) terminal.note(JSON.stringify({ error: { code, message, suggestion } }));
  else
    terminal.note(
      code === "cancelled" ? "Cancelled." : `${message}${/[.?!]$/.test(message) ? "" : "."}\n→ ${suggestion}`,
    );
  if (code === "internal_error" && process.env["SWITCHYARD_DEBUG"] !== undefined) terminal.note(String(error.stack));
  return exitCodeOf(code);
}

process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);
process.exitCode = await run();
process.off("SIGINT", onSignal);
process.off("SIGTERM", onSignal);
