import { ToolFailure } from "switchyard/connector";

/** How a column is compared: numbers and texts by order; of a list, `>=` says that it contains. `~` is a pattern, `~~` one in whatever case. */
export type Comparison = "=" | "!=" | "<" | ">" | "<=" | ">=" | "~" | "~~";

/** What must hold of a row of a table, as Livestatus and the REST API can both be asked for it. `all` of no parts holds of each. */
export type Condition =
  | { readonly kind: "compare"; readonly column: string; readonly comparison: Comparison; readonly value: string }
  | { readonly kind: "all" | "any"; readonly parts: readonly Condition[] };

/** Holds of every row. */
export const always: Condition = { kind: "all", parts: [] };

/** That a column compares so. @throws {ToolFailure} the value has a line's end, which no name has. */
export function is(column: string, comparison: Comparison, value: string | number): Condition {
  return { kind: "compare", column, comparison, value: inLine(String(value)) };
}

/** All must hold. Those that always do take no part. */
export function all(parts: readonly Condition[]): Condition {
  return joined(
    "all",
    parts.filter((part) => !isAlways(part)),
  );
}

/** One must hold. `parts` has at least one. */
export function any(parts: readonly Condition[]): Condition {
  return joined("any", parts);
}

/** Whether it holds of every row. */
export function isAlways(condition: Condition): boolean {
  return condition.kind === "all" && condition.parts.length === 0;
}

function joined(kind: "all" | "any", parts: readonly Condition[]): Condition {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { kind, parts };
}

/** A value as it may stand in a line. @throws {ToolFailure} it has a line's end. */
export function inLine(value: string): string {
  if (!/[\r\n\0]/.test(value)) return value;
  throw new ToolFailure(`${JSON.stringify(value)} has a line's end, which no name here has. Leave it out.`);
}

/** A text as a pattern that fits itself alone. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
