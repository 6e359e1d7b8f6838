import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { printable } from "./terminal.ts";

/** Everything that is on record of one call, for people. */
export function callText(row: JsonObject): string {
  const detail = objectAt(row, "detail") ?? {};
  const facts = ["time", "method", "name", "upstream", "tool", "principal", "outcome", "code", "cache"].map(
    (key) => [key, stringAt(row, key)] as const,
  );
  const more = listed.map((key) => [key, plainText(detail[key])] as const);
  const lines = [...facts, ...more].filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...lines.map(([key]) => key.length));
  const head = lines.map(([key, value]) => `${key.padEnd(width)}  ${printable(value ?? "")}`).join("\n");
  const stages = waterfall(stringAt(detail, "stages") ?? "", Number(row["durationMs"] ?? 0) * 1000);
  const others = Object.entries(detail).filter(([key]) => !shownKeys.has(key));
  return [
    `${stringAt(row, "kind") ?? ""} ${stringAt(row, "id") ?? ""} (row ${String(row["seq"])})`,
    head,
    ...(stages === "" ? [] : [stages]),
    ...others.map(([key, value]) => `${key}\n${indented(value)}`),
    ...["arguments", "result"].flatMap((key) =>
      row[key] === undefined ? [] : [`${key}${lossText(detail[key])}\n${indented(row[key])}`],
    ),
    `hash ${stringAt(row, "hash") ?? ""}`,
  ].join("\n\n");
}

/** What of the detail is told in a line each, in this order. */
const listed = [
  "entrance",
  "address",
  "session",
  "kind",
  "role",
  "route",
  "attempts",
  "queuedMs",
  "fallback",
  "bytesIn",
  "bytesOut",
] as const;

const shownKeys: ReadonlySet<string> = new Set([...listed, "stages", "arguments", "result"]);

function plainText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function lossText(note: unknown): string {
  if (!isJsonObject(note)) return "";
  const redacted = Number(note["redacted"] ?? 0);
  const parts = [
    ...(redacted > 0 ? [`${redacted} redacted`] : []),
    ...(note["isCut"] === true ? [`cut, ${String(note["bytes"])} bytes in all`] : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function indented(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "");
  return text
    .split("\n")
    .map((line) => `  ${printable(line)}`)
    .join("\n");
}

/** Characters that the whole of a call is wide. */
const barWidth = 40;

/**
 * The stages of a call below each other, each with a bar from when it was entered to when the next was; the last one's goes on to the end.
 * `stages` is as it is on record: `observe 0 deadline 12`, in µs.
 */
export function waterfall(stages: string, durationUs: number): string {
  const marks = [...stages.matchAll(/([a-z_]+) (\d+)/g)].map(([, name = "", at]) => ({ name, at: Number(at) }));
  if (marks.length === 0) return "";
  const width = Math.max(...marks.map(({ name }) => name.length));
  const scale = barWidth / Math.max(1, durationUs);
  return marks
    .map(({ name, at }, index) => {
      const end = marks[index + 1]?.at ?? durationUs;
      const from = Math.min(barWidth - 1, Math.floor(at * scale));
      const length = Math.max(1, Math.min(barWidth - from, Math.round((end - at) * scale)));
      const bar = `${" ".repeat(from)}${"█".repeat(length)}`.padEnd(barWidth);
      return `${name.padEnd(width)} ${bar} ${((end - at) / 1000).toFixed(2)} ms`;
    })
    .join("\n");
}
