import { GatewayError } from "../../core/errors.ts";
import { nearest } from "../../config/nearest.ts";
import { type KnownCode, knownCodes } from "../../explain/codes.ts";
import type { CommonOptions, Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { table } from "../terminal.ts";

/**
 * Says what a code means and what to do; without one lists all. Needs no gateway and no configuration.
 *
 * @throws {GatewayError} `usage` — there is no such code.
 */
export function errors(code: string | undefined, { terminal }: Context, { json }: CommonOptions): number {
  if (code === undefined) {
    terminal.out(json === true ? JSON.stringify(knownCodes) : listed(terminal.columns));
    return exitCodes.ok;
  }
  const known = knownCodes.find((each) => each.code === code);
  if (known === undefined) throw unknown(code);
  terminal.out(json === true ? JSON.stringify(known) : textOf(known));
  return exitCodes.ok;
}

function listed(columns: number): string {
  const rows = knownCodes.map(({ code, of, severity, category, retryable }) => {
    return [code, of.kind, severity, category, retryable ? "yes" : "no"];
  });
  return table(["CODE", "OF", "SEVERITY", "CATEGORY", "REPEATING HELPS"], rows, columns);
}

const kinds = {
  gateway: "a failure of the gateway's own, or on the way to an upstream",
  upstream: "a failure behind a tool, as its own words tell",
} as const satisfies Record<KnownCode["of"]["kind"], string>;

function textOf({ code, of, severity, category, retryable, suggestion, modelSuggestion }: KnownCode): string {
  return [
    `${code}: ${kinds[of.kind]}`,
    `${severity} · ${category} · ${retryable ? "may succeed when repeated" : "repeating does not help"}`,
    "",
    suggestion,
    ...(modelSuggestion === undefined ? [] : ["", `The model is told: ${modelSuggestion}`]),
  ].join("\n");
}

function unknown(code: string): GatewayError {
  const names = knownCodes.map((known) => known.code);
  const near = nearest(code, names);
  const hint = near === undefined ? "`switchyard errors` lists them" : `did you mean ${near}?`;
  return new GatewayError("usage", `There is no code ${JSON.stringify(code.slice(0, 100))}: ${hint}`);
}
