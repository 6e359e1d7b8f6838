import { isJson, numberOf, textOf } from "./json.ts";
import { notJson, thrown } from "./raised.ts";
import { periodOf } from "./periods.ts";

/** One condition, as the query has it. */
export interface Condition {
  /** The DocType of a child row's field, where the condition is of one. */
  readonly doctype: string | undefined;
  readonly field: string;
  readonly operator: string;
  readonly value: unknown;
}

const operators: readonly string[] = [
  "=",
  "!=",
  ">",
  "<",
  ">=",
  "<=",
  "like",
  "not like",
  "in",
  "not in",
  "is",
  "between",
  "timespan",
  "previous",
  "next",
  "ancestors of",
  "descendants of",
  "not ancestors of",
  "not descendants of",
  "descendants of (inclusive)",
];

/** JSON in an argument; what is no text stays what it is. @throws {Raised} `JSONDecodeError`. */
export function argument(value: unknown): unknown {
  if (typeof value !== "string" || value.trim() === "") return value === "" ? undefined : value;
  try {
    return JSON.parse(value);
  } catch {
    // Python's reader says where: after the brackets that it could read.
    throw notJson(/^[[{\s]*/.exec(value)?.[0].length ?? 0);
  }
}

/** The conditions of an argument: a list of lists, a list of one condition, or an object. */
export function conditionsIn(value: unknown): readonly Condition[] {
  const parsed = argument(value);
  if (isJson(parsed)) return Object.entries(parsed).map(([field, said]) => fromEntry(field, said));
  if (!Array.isArray(parsed)) return [];
  const list = parsed.length > 0 && !Array.isArray(parsed[0]) && !isJson(parsed[0]) ? [parsed] : parsed;
  return list.flatMap((entry: unknown) =>
    isJson(entry) ? conditionsIn(entry) : Array.isArray(entry) ? [fromList(entry)] : [],
  );
}

function fromEntry(field: string, said: unknown): Condition {
  if (!Array.isArray(said)) return { doctype: undefined, field, operator: "=", value: said };
  return known({ doctype: undefined, field, operator: textOf(said[0]), value: said[1] });
}

function fromList(list: readonly unknown[]): Condition {
  if (list.length >= 4)
    return known({ doctype: textOf(list[0]), field: textOf(list[1]), operator: textOf(list[2]), value: list[3] });
  if (list.length === 2) return { doctype: undefined, field: textOf(list[0]), operator: "=", value: list[1] };
  return known({ doctype: undefined, field: textOf(list[0]), operator: textOf(list[1]), value: list[2] });
}

function known(condition: Condition): Condition {
  const operator = condition.operator.toLowerCase();
  if (operators.includes(operator)) return { ...condition, operator };
  throw thrown("ValidationError", `Operator must be one of ${operators.join(", ")}`);
}

/** Whether a value fits a condition; `now` is the site's time. */
export function fits(value: unknown, { operator, value: wanted }: Condition, now: string): boolean {
  switch (operator) {
    case "=":
      return same(value, wanted);
    case "!=":
      return !same(value, wanted);
    case ">":
      return !isEmpty(value) && order(value, wanted) > 0;
    case "<":
      return !isEmpty(value) && order(value, wanted) < 0;
    case ">=":
      return !isEmpty(value) && order(value, wanted) >= 0;
    case "<=":
      return !isEmpty(value) && order(value, wanted) <= 0;
    case "like":
      return pattern(textOf(wanted)).test(textOf(value));
    case "not like":
      return !pattern(textOf(wanted)).test(textOf(value));
    case "in":
      return listIn(wanted).some((one) => same(value, one));
    case "not in":
      return listIn(wanted).every((one) => !same(value, one));
    case "is":
      return (textOf(wanted).toLowerCase() === "set") !== isEmpty(value);
    case "between":
      return isBetween(value, listIn(wanted));
    default:
      return isBetween(value, periodOf(operator, textOf(wanted), now));
  }
}

function isBetween(value: unknown, [from, to]: readonly unknown[]): boolean {
  if (isEmpty(value)) return false;
  const end = textOf(to);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(end) && textOf(value).length > 10;
  return order(value, from) >= 0 && order(value, isDay ? `${end} 23:59:59.999999` : to) <= 0;
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value)
    ? value
    : textOf(value)
        .split(",")
        .map((part) => part.trim());
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

function same(a: unknown, b: unknown): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  return order(a, b) === 0;
}

/** The order of two values: numbers by size, all else as MariaDB has it, whatever the case. */
export function order(a: unknown, b: unknown): number {
  if (typeof a === "number" || typeof b === "number") return numberOf(a) - numberOf(b);
  const [first, second] = [textOf(a).toLowerCase(), textOf(b).toLowerCase()];
  return first < second ? -1 : first > second ? 1 : 0;
}

function pattern(like: string): RegExp {
  const escaped = like.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("%", ".*").replaceAll("_", ".")}$`, "is");
}
