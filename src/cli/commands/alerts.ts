import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { askGateway } from "../running.ts";
import { printable, table } from "../terminal.ts";

export interface AlertsOptions extends ClientOptions {
  /** Whether to show what is watched. */
  readonly rules?: boolean;
}

/**
 * Shows what is wrong at a running gateway.
 *
 * @returns the status 1 where something fires, so that scripts can ask.
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs; `forbidden`.
 */
export async function listAlerts(context: Context, options: AlertsOptions): Promise<number> {
  const read = await ask(context, options, "/api/alerts");
  const [alerts, rules] = [listIn(read, "alerts"), listIn(read, "rules")];
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(read));
  else if (options.rules === true)
    terminal.out(table(["RULE", "LEVEL", "ABOVE", "FOR", "WATCHES"], rules.map(ruleRow), terminal.columns));
  else
    terminal.out(alerts.length === 0 ? `All is well: ${rules.length} rules watch.` : alerts.map(alertText).join("\n"));
  const isFiring = options.rules !== true && alerts.some(({ state }) => state === "firing");
  return isFiring ? exitCodes.toolFailed : exitCodes.ok;
}

/**
 * Notes at a running gateway that whoever asks sees to an alert.
 *
 * @throws {GatewayError} `route_not_found` — nothing of this id fires; `upstream_unavailable`; `forbidden`.
 */
export async function acknowledge(id: string, context: Context, options: ClientOptions): Promise<number> {
  const read = await ask(context, options, `/api/alerts/${encodeURIComponent(id)}/acknowledge`, {});
  context.terminal.out(
    options.json === true ? JSON.stringify(read) : `${printable(id)} is acknowledged until it is over`,
  );
  return exitCodes.ok;
}

/**
 * Shows how the tools of a running gateway do what is expected of them.
 *
 * @throws {GatewayError} `upstream_unavailable`; `forbidden`.
 */
export async function showSlo(context: Context, options: ClientOptions): Promise<number> {
  const read = await ask(context, options, "/api/slo");
  const rows = listIn(read, "objectives").map(objectiveRow);
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(read));
  else if (rows.length === 0) terminal.out("No tool of which something is expected was called in the last six hours.");
  else terminal.out(table([...sloHeadings], rows, terminal.columns));
  return exitCodes.ok;
}

const sloHeadings = [
  "TOOL",
  "OBJECTIVE",
  "FROM",
  "CALLS IN 6 H",
  "MISSED",
  "BURN 5 MIN",
  "1 H",
  "6 H",
  "BUDGET LEFT",
] as const;

function objectiveRow(use: JsonObject): string[] {
  const uses = objectAt(use, "windows") ?? {};
  const of = (window: string, member: string): string => String(Number(objectAt(uses, window)?.[member] ?? 0));
  const what = use["kind"] === "latency" ? `within ${String(use["withinMs"])} ms` : "succeed";
  return [
    printable(`${String(use["upstream"])}/${String(use["tool"])}`),
    `${String(use["target"])} % ${what}`,
    printable(String(use["from"])),
    of("6h", "calls"),
    of("6h", "bad"),
    of("5m", "burn"),
    of("1h", "burn"),
    of("6h", "burn"),
    `${Math.round(Number(use["budgetLeft"]) * 100)} %`,
  ];
}

function alertText(alert: JsonObject): string {
  const { state, level, id, message, suggestion, since } = alert;
  const word = state === "firing" ? String(level).toUpperCase() : "soon";
  const by = stringAt(objectAt(alert, "acknowledged") ?? {}, "by");
  const seen = by === undefined ? "" : `, acknowledged by ${by}`;
  const head = `${word} ${String(id)} since ${new Date(Number(since)).toISOString()}${seen}`;
  return [printable(head), `  ${printable(String(message))}`, `  → ${printable(String(suggestion))}`].join("\n");
}

function ruleRow({ name, level, above, unit, forMs, says }: JsonObject): string[] {
  return [
    String(name),
    String(level),
    `${String(above)} ${String(unit)}`.trim(),
    `${Number(forMs) / 1000} s`,
    String(says),
  ];
}

function listIn(read: JsonObject, name: string): JsonObject[] {
  const list = read[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

async function ask(context: Context, options: ClientOptions, path: string, body?: JsonObject): Promise<JsonObject> {
  const url = await gatewayOf(context, options);
  const read = await askGateway(url, path, { ...(body && { body }), signal: context.signal });
  if (isJsonObject(read)) return read;
  throw new GatewayError("upstream_unavailable", `What answers at ${url.url} is no Switchyard`);
}
