import { type Condition, isAlways } from "../rows/condition.ts";

/** A condition as the REST API is asked for it: its "query" (OpenAPI file of 2.4, `Expr`). */
export type Expression =
  | { readonly op: string; readonly left: string; readonly right: string }
  | { readonly op: "and" | "or"; readonly expr: readonly Expression[] };

/** The expression of a condition; undefined where it holds of every row. */
export function expressionOf(condition: Condition): Expression | undefined {
  return isAlways(condition) ? undefined : expression(condition);
}

function expression(condition: Condition): Expression {
  if (condition.kind === "compare") {
    const { comparison: op, column: left, value: right } = condition;
    return { op, left, right };
  }
  return { op: condition.kind === "all" ? "and" : "or", expr: condition.parts.map(expression) };
}

/**
 * The same condition as several shorter ones whose expressions have up to so many characters, where one of its parts lists much: what one of them
 * holds of, none of the others does, as a name is equal to one other alone.
 */
export function shorter(condition: Condition, maxChars: number): readonly Condition[] {
  if (JSON.stringify(expression(condition)).length <= maxChars) return [condition];
  const halves = halved(condition);
  return halves === undefined ? [condition] : halves.flatMap((half) => shorter(half, maxChars));
}

function halved(condition: Condition): readonly Condition[] | undefined {
  if (condition.kind === "compare") return undefined;
  const { kind, parts } = condition;
  if (kind === "any") {
    const middle = Math.ceil(parts.length / 2);
    if (parts.length < 2 || !parts.every(isEquality)) return undefined;
    return [parts.slice(0, middle), parts.slice(middle)].map((half) => ({ kind, parts: half }));
  }
  for (const [at, part] of parts.entries()) {
    const halves = halved(part);
    if (halves !== undefined) return halves.map((half) => ({ kind, parts: parts.with(at, half) }));
  }
  return undefined;
}

function isEquality(condition: Condition): boolean {
  if (condition.kind === "all") return condition.parts.every(isEquality);
  return condition.kind === "compare" && condition.comparison === "=";
}
