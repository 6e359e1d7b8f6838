import type { Json } from "../answers.ts";
import { isNumeric } from "./fields.ts";

/** One condition of a list, as it is chosen. */
export interface Condition {
  readonly field: string;
  readonly operator: Operator;
  /** As it is typed; of `in`, `not in` and `between` several, with commas between. */
  readonly value: string;
}

/** What a site compares by; an operator stands before those that it begins with. */
export const operators = [
  "not like",
  "not in",
  "between",
  "like",
  "in",
  "is",
  "!=",
  "<=",
  ">=",
  "=",
  "<",
  ">",
] as const;

export type Operator = (typeof operators)[number];

/** Those that make sense for a field of this type. */
export function operatorsFor(type: string): readonly Operator[] {
  if (type === "Check") return ["=", "!="];
  if (isNumeric(type) || /^(?:Date|Datetime|Time)$/.test(type))
    return ["=", "!=", "<", "<=", ">", ">=", "between", "is"];
  return ["=", "!=", "like", "not like", "in", "not in", "is"];
}

/** Conditions as an address says them: `docstatus = 1|due_date < 2026-01-31`. What is none is left out. */
export function conditionsIn(text: string | undefined): readonly Condition[] {
  return (text ?? "").split("|").flatMap((part) => {
    const [, field, rest] = /^(\w+) (.+)$/s.exec(part) ?? [];
    const operator = operators.find((each) => rest === each || rest?.startsWith(`${each} `) === true);
    if (field === undefined || rest === undefined || operator === undefined) return [];
    return [{ field, operator, value: unescaped(rest.slice(operator.length + 1)) }];
  });
}

/** The same the other way; undefined where there are none. */
export function conditionsText(conditions: readonly Condition[]): string | undefined {
  const parts = conditions.map(({ field, operator, value }) => `${field} ${operator} ${escaped(value)}`);
  return parts.length === 0 ? undefined : parts.join("|");
}

/** A text that holds no sign that divides conditions. */
function escaped(value: string): string {
  return value.replaceAll("%", "%25").replaceAll("|", "%7C");
}

function unescaped(value: string): string {
  return value.replaceAll("%7C", "|").replaceAll("%25", "%");
}

/** Conditions as a tool takes them. */
export function filtersOf(conditions: readonly Condition[]): readonly Json[] {
  return conditions.map(({ field, operator, value }) => {
    if (operator === "in" || operator === "not in" || operator === "between")
      return [field, operator, value.split(",").map((each) => each.trim())];
    // A text is looked for anywhere, unless its writer says where by a sign of their own.
    if (operator === "like" || operator === "not like")
      return [field, operator, value.includes("%") ? value : `%${value}%`];
    return [field, operator, value];
  });
}
