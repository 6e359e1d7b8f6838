/** What Livestatus answers a request with that it does not take, and its code. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** One comparison of a `Filter` or `Stats` header. */
export interface Comparison {
  readonly column: string;
  readonly operator: string;
  readonly value: string;
}

/** Conditions as headers put them together, one after another. */
export type Condition =
  | { readonly kind: "compare"; readonly comparison: Comparison }
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition };

const aggregations = ["sum", "min", "max", "avg", "std", "suminv", "avginv"] as const;

/** What one `Stats` header computes: the number of rows for which something holds, or something of a column's values. */
export type Statistic =
  | { readonly kind: "count"; readonly condition: Condition }
  | { readonly kind: "aggregate"; readonly how: (typeof aggregations)[number]; readonly column: string };

/** A `GET` request. */
export interface GetRequest {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly filter: readonly Condition[];
  readonly statistics: readonly Statistic[];
  readonly limit: number | undefined;
  readonly format: "json" | "csv";
  readonly hasColumnHeaders: boolean;
  readonly isKeptAlive: boolean;
  readonly user: string | undefined;
  /** How long to wait until what is asked for has changed, in ms; undefined: not at all. */
  readonly waitMs: number | undefined;
  readonly waitFor: readonly Condition[];
}

/** Whether the answer begins with a header is to be known also where the rest is wrong. */
export function wantsHeader(lines: readonly string[]): boolean {
  return lines.some((line) => /^ResponseHeader:\s*fixed16\s*$/.test(line));
}

type Draft = { -readonly [Key in keyof GetRequest]: GetRequest[Key] };

/**
 * Reads a request as Checkmk's Livestatus does.
 *
 * @throws {RequestError} with the words of Checkmk's, as far as its source says them.
 */
export function parseGet(table: string, lines: readonly string[]): GetRequest {
  const filter: Condition[] = [];
  const statistics: Statistic[] = [];
  const waitFor: Condition[] = [];
  const draft: Draft = {
    table,
    columns: undefined,
    filter,
    statistics,
    limit: undefined,
    format: "csv",
    hasColumnHeaders: false,
    isKeptAlive: false,
    user: undefined,
    waitMs: undefined,
    waitFor,
  };
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).trim();
    try {
      takeHeader(draft, { filter, statistics, waitFor }, name, value);
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown;
      throw new RequestError(thrown.code, `while processing header '${name}': ${thrown.message}`);
    }
  }
  return draft;
}

interface Stacks {
  readonly filter: Condition[];
  readonly statistics: Statistic[];
  readonly waitFor: Condition[];
}

function takeHeader(draft: Draft, { filter, statistics, waitFor }: Stacks, name: string, value: string): void {
  switch (name) {
    case "Columns":
      draft.columns = [...(draft.columns ?? []), ...value.split(/\s+/).filter((column) => column !== "")];
      break;
    case "Filter":
      filter.push({ kind: "compare", comparison: comparisonOf(value) });
      break;
    case "And":
    case "Or":
      combine(filter, name === "And" ? "and" : "or", value);
      break;
    case "Negate":
      negate(filter);
      break;
    case "Stats":
      statistics.push(statisticOf(value));
      break;
    case "StatsAnd":
    case "StatsOr":
      combineStatistics(statistics, name === "StatsAnd" ? "and" : "or", value);
      break;
    case "StatsNegate":
      combineStatistics(statistics, "not", "1");
      break;
    case "WaitCondition":
      waitFor.push({ kind: "compare", comparison: comparisonOf(value) });
      break;
    default:
      takeSetting(draft, name, value);
  }
}

function takeSetting(draft: Draft, name: string, value: string): void {
  switch (name) {
    case "Limit":
      draft.limit = natural(value);
      break;
    case "OutputFormat":
      draft.format = formatOf(value);
      break;
    case "ColumnHeaders":
      draft.hasColumnHeaders = value === "on";
      break;
    case "KeepAlive":
      draft.isKeptAlive = value === "on";
      break;
    case "AuthUser":
      draft.user = value;
      break;
    case "WaitTimeout":
      draft.waitMs = natural(value);
      break;
    case "ResponseHeader":
    case "WaitTrigger":
    case "WaitObject":
    case "Localtime":
    case "Timelimit":
      break;
    default:
      throw new RequestError(400, "undefined request header");
  }
}

function formatOf(value: string): "json" | "csv" {
  if (value === "json") return "json";
  if (value === "csv" || value === "CSV") return "csv";
  throw new RequestError(400, `missing/invalid output format, use one of 'CSV', 'csv', 'json', 'python', 'python3'`);
}

function natural(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new RequestError(400, "expected non-negative integer");
}

function comparisonOf(text: string): Comparison {
  const [, column, operator, value = ""] = /^(\S+)\s+(!?(?:=~|~~|<=|>=|=|~|<|>))(?:\s(.*))?$/.exec(text) ?? [];
  if (column !== undefined && operator !== undefined) return { column, operator, value: value.trim() };
  throw new RequestError(400, text.includes(" ") ? `invalid operator in '${text}'` : "missing operator");
}

function statisticOf(text: string): Statistic {
  const [first = "", column = ""] = text.split(/\s+/);
  const how = aggregations.find((each) => each === first);
  if (how !== undefined) return { kind: "aggregate", how, column };
  return { kind: "count", condition: { kind: "compare", comparison: comparisonOf(text) } };
}

function combine(stack: Condition[], kind: "and" | "or", value: string): void {
  const count = natural(value);
  if (count > stack.length)
    throw new RequestError(400, `expected ${count} filters, but only ${stack.length} are on stack`);
  const parts = stack.splice(stack.length - count);
  stack.push({ kind, parts });
}

function negate(stack: Condition[]): void {
  const part = stack.pop();
  if (part === undefined) throw new RequestError(400, "nothing to negate");
  stack.push({ kind: "not", part });
}

function combineStatistics(stack: Statistic[], kind: "and" | "or" | "not", value: string): void {
  const count = natural(value);
  const taken = stack.splice(Math.max(0, stack.length - count));
  const parts = taken.map((each) => {
    if (each.kind === "count") return each.condition;
    throw new RequestError(400, "cannot combine aggregations");
  });
  const [part] = parts;
  if (parts.length < count || part === undefined) throw new RequestError(400, `expected ${count} filters on stack`);
  stack.push({ kind: "count", condition: kind === "not" ? { kind, part } : { kind, parts } });
}
