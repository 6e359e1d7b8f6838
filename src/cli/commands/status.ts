import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { quarantineText } from "../definition-text.ts";
import { exitCodes } from "../exit-codes.ts";
import { askGateway } from "../running.ts";
import { printable, table } from "../terminal.ts";

/**
 * Shows how a running gateway's upstreams stand, and what to do about those that do not.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs.
 */
export async function status(context: Context, options: ClientOptions): Promise<number> {
  const gateway = await gatewayOf(context, options);
  const { url } = gateway;
  const read = await askGateway(gateway, "/api/status");
  if (!isJsonObject(read) || !Array.isArray(read["upstreams"])) {
    throw new GatewayError("upstream_unavailable", `What answers at ${url} is no Switchyard`);
  }
  if (options.json === true) context.terminal.out(JSON.stringify({ url, ...read }));
  else context.terminal.out(statusText(url, read, context.terminal.columns));
  return exitCodes.ok;
}

function statusText(url: string, read: JsonObject, columns: number): string {
  const upstreams = listIn(read, "upstreams");
  const profiles = listIn(read, "profiles");
  const head = `Switchyard ${stringAt(read, "version") ?? ""} at ${url}, process ${String(read["pid"])}`;
  if (upstreams.length === 0)
    return `${head}\n\nNo upstream is configured: \`switchyard add NAME -- COMMAND …\` adds one.`;
  const rows = upstreams.map(row);
  const notes = [
    ...upstreams.flatMap(notesOn),
    ...upstreams.flatMap(quarantineOn),
    ...profiles.flatMap(profileNotes),
    ...storeNotes(read),
  ];
  const parts = [
    head,
    table([...headings], rows, columns),
    ...(profiles.length === 0
      ? []
      : [
          table(["PROFILE", "UPSTREAMS", "TOOLS", "PROMPTS", "RESOURCES", "SEARCH"], profiles.map(profileRow), columns),
        ]),
  ];
  return [...parts, ...notes].join("\n\n");
}

const headings = [
  "UPSTREAM",
  "TRANSPORT",
  "STATE",
  "TOOLS",
  "PROMPTS",
  "RESOURCES",
  "CPU",
  "MEMORY",
  "PROCESSES",
  "REVISION",
  "SERVER",
] as const;

function row(upstream: JsonObject): string[] {
  const counts = objectAt(upstream, "counts") ?? {};
  const { cpuPercent, residentBytes, processes } = objectAt(upstream, "usage") ?? {};
  return [
    stringAt(upstream, "name") ?? "",
    stringAt(upstream, "transport") ?? "",
    stringAt(objectAt(upstream, "state") ?? {}, "kind") ?? "",
    String(counts["tools"]),
    String(counts["prompts"]),
    String(counts["resources"]),
    typeof cpuPercent === "number" ? `${cpuPercent} %` : "–",
    typeof residentBytes === "number" ? `${Math.round(residentBytes / (1024 * 1024))} MiB` : "–",
    typeof processes === "number" ? String(processes) : "–",
    stringAt(upstream, "revision") ?? "–",
    stringAt(upstream, "server") ?? "–",
  ];
}

function listIn(object: JsonObject, key: string): JsonObject[] {
  const list = object[key];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function profileRow(profile: JsonObject): string[] {
  const counts = objectAt(profile, "counts") ?? {};
  const { upstreams } = profile;
  return [
    stringAt(profile, "name") ?? "",
    Array.isArray(upstreams) ? upstreams.map(String).join(", ") : "",
    String(counts["tools"]),
    String(counts["prompts"]),
    String(counts["resources"]),
    stringAt(profile, "search") ?? "",
  ];
}

function profileNotes(profile: JsonObject): string[] {
  return listIn(profile, "oddities").map(
    ({ message, suggestion }) =>
      `profile ${stringAt(profile, "name") ?? ""}: ${printable(String(message))}\n  → ${String(suggestion)}`,
  );
}

function notesOn(upstream: JsonObject): string[] {
  const name = stringAt(upstream, "name") ?? "";
  const state = objectAt(upstream, "state") ?? {};
  const problem = objectAt(state, "problem");
  const notes = listIn(upstream, "oddities").map((oddity) => {
    const times = oddity["count"] === 1 ? "once" : `${String(oddity["count"])} times`;
    return `${name}: ${oddityNames[String(oddity["kind"])] ?? "something odd"}, ${times}; last: ${printable(String(oddity["latest"]))}\n  → ${String(oddity["suggestion"])}`;
  });
  notes.push(...switchedOff(name, state, upstream), ...successorOn(name, upstream));
  const address = stringAt(upstream, "authorizationUrl");
  if (address !== undefined) {
    const why =
      problem === undefined ? `${name}: some calls need more rights than the login has` : `${name} needs a login`;
    return [`${why}\n  → Open this URL to log in: ${printable(address)}`, ...notes];
  }
  if (problem === undefined) return notes;
  const stderr = Array.isArray(upstream["stderr"])
    ? upstream["stderr"].map((line) => `  | ${printable(String(line))}`)
    : [];
  const attempt = typeof state["attempts"] === "number" ? `, attempt ${state["attempts"]}` : "";
  const first = `${name}: ${printable(stringAt(problem, "message") ?? "")} (${stringAt(problem, "stage") ?? ""}${attempt})`;
  return [[first, `  → ${stringAt(problem, "suggestion") ?? ""}`, ...stderr].join("\n"), ...notes];
}

/** Who switched it off, or some of its tools. */
function switchedOff(name: string, state: JsonObject, upstream: JsonObject): string[] {
  const tools = Array.isArray(upstream["disabledTools"]) ? upstream["disabledTools"].map(String) : [];
  const by = stringAt(state, "by");
  return [
    // What its configuration lacks is told as the problem it is.
    ...(state["kind"] === "disabled" &&
    by !== undefined &&
    stringAt(objectAt(state, "problem") ?? {}, "stage") !== "configuration"
      ? [`${name}: disabled by the ${by}\n  → \`switchyard enable ${name}\` enables it`]
      : []),
    ...(tools.length > 0 ? [printable(`${name}: disabled tools: ${tools.join(", ")}`)] : []),
  ];
}

/** Why its changed configuration is not in use yet. */
function successorOn(name: string, upstream: JsonObject): string[] {
  const successor = objectAt(upstream, "successor");
  if (successor === undefined) return [];
  const problem = objectAt(successor, "problem");
  const why = problem === undefined ? stringAt(successor, "kind") : stringAt(problem, "message");
  const first = `${name}: its changed configuration is not up yet, so it runs with the one before: ${printable(why ?? "")}`;
  return [problem === undefined ? first : `${first}\n  → ${printable(stringAt(problem, "suggestion") ?? "")}`];
}

/** Of what is held back a status shows this much; `switchyard approve --dry-run` shows all. */
const heldShown = 5;

function quarantineOn(upstream: JsonObject): string[] {
  const held = Array.isArray(upstream["quarantined"]) ? upstream["quarantined"].filter(isJsonObject) : [];
  if (held.length === 0) return [];
  const name = stringAt(upstream, "name") ?? "";
  const shown = held.slice(0, heldShown);
  const more = Number(upstream["quarantinedCount"]) - shown.length;
  return [
    [
      `${name}: held back until somebody approves it`,
      ...shown.map((each) => quarantineText(each).replaceAll(/^/gm, "  ")),
      ...(more > 0 ? [`  and ${more} more`] : []),
      `  → \`switchyard approve ${name}\` approves all of it, \`switchyard approve ${name}/TOOL\` one; --dry-run shows it first`,
    ].join("\n"),
  ];
}

function storeNotes(read: JsonObject): string[] {
  const store = objectAt(read, "store") ?? {};
  const shared = objectAt(store, "shared") ?? {};
  return [
    ...problemNotes("Nothing is kept for the next start", objectAt(store, "problem")),
    ...problemNotes("Jobs wait", objectAt(shared, "problem")),
  ];
}

function problemNotes(what: string, problem: JsonObject | undefined): string[] {
  if (problem === undefined) return [];
  const text = `${what}: ${printable(stringAt(problem, "message") ?? "")}`;
  return [`${text}\n  → ${printable(stringAt(problem, "suggestion") ?? "")}`];
}

const oddityNames: Readonly<Record<string, string>> = {
  noise: "wrote something to stdout that is no message",
  omission: "part of its lists was left out",
  over_limit: "used more than a soft limit allows",
  growing: "kept growing",
};
