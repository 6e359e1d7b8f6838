import { compareNames } from "../../rows/kinds.ts";
import { type Comparison, type Condition, RequestError } from "./request.ts";
import type { Column, Filtered, Table } from "./tables.ts";

type Holds<Row> = (row: Row) => boolean;

/** A condition made ready for the rows of a table. @throws {RequestError} it names a column that is not there, or compares it as cannot be. */
export function conditionOn<Row>(table: Filtered<Row>, condition: Condition): Holds<Row> {
  switch (condition.kind) {
    case "compare":
      return comparisonOn(table, condition.comparison);
    case "and": {
      const parts = condition.parts.map((part) => conditionOn(table, part));
      return (row) => parts.every((holds) => holds(row));
    }
    case "or": {
      const parts = condition.parts.map((part) => conditionOn(table, part));
      return (row) => parts.some((holds) => holds(row));
    }
    case "not": {
      const holds = conditionOn(table, condition.part);
      return (row) => !holds(row);
    }
  }
}

/** Whether any row of a host can fulfil all of these conditions, as far as they compare its name. */
export function hostsThatMayFit<Row>(
  { columns, hostColumn }: Table<Row>,
  filter: readonly Condition[],
): (host: string) => boolean {
  const column = hostColumn === undefined ? undefined : columns[hostColumn];
  if (column?.type !== "string") return () => true;
  const byName: Column<string> = { type: "string", of: (name) => name };
  const compared = filter
    .flatMap((condition) => (condition.kind === "and" ? condition.parts : [condition]))
    .flatMap((condition) => (condition.kind === "compare" ? [condition.comparison] : []))
    .filter(({ column: name, operator }) => name === hostColumn && !operator.startsWith("!"))
    .map(({ operator, value }) => plainComparison(byName, operator, value));
  return (host) => compared.every((holds) => holds(host));
}

function comparisonOn<Row>(table: Filtered<Row>, { column: name, operator, value }: Comparison): Holds<Row> {
  const column = table.columns[name];
  if (column === undefined) {
    throw new RequestError(400, `while processing header 'Filter': table '${table.name}' has no column '${name}'`);
  }
  if (!operator.startsWith("!")) return plainComparison(column, operator, value);
  const holds = plainComparison(column, operator.slice(1), value);
  return (row) => !holds(row);
}

function plainComparison<Row>(column: Column<Row>, operator: string, value: string): Holds<Row> {
  switch (column.type) {
    case "int":
    case "time":
    case "double": {
      const compared = byOrder(operator);
      const number = Number(value);
      return (row) => compared(column.of(row) - number);
    }
    case "string": {
      if (operator === "~" || operator === "~~") {
        const pattern = patternOf(value, operator === "~~");
        return (row) => pattern.test(column.of(row));
      }
      if (operator === "=~") return (row) => column.of(row).toLowerCase() === value.toLowerCase();
      if (operator === "=") return (row) => column.of(row) === value;
      const compared = byOrder(operator);
      return (row) => compared(compareNames(column.of(row), value));
    }
    case "list":
      return listComparison((row) => column.of(row), operator, value);
    case "dict": {
      const [, key = "", wanted = ""] = /^'([^']*)' '([^']*)'$/.exec(value) ?? [];
      return (row) => column.of(row)[key] === wanted;
    }
    case "rows":
      throw new RequestError(400, "while processing header 'Filter': this column cannot be compared");
  }
}

function listComparison<Row>(of: (row: Row) => readonly string[], operator: string, value: string): Holds<Row> {
  switch (operator) {
    case "=":
      return (row) => (value === "" ? of(row).length === 0 : of(row).join(",") === value);
    case ">=":
      return (row) => of(row).includes(value);
    case "<":
      return (row) => !of(row).includes(value);
    case "~":
    case "~~": {
      const pattern = patternOf(value, operator === "~~");
      return (row) => of(row).some((each) => pattern.test(each));
    }
    default:
      throw new RequestError(400, `while processing header 'Filter': operator ${operator} is not for lists`);
  }
}

function patternOf(value: string, isCaseIgnored: boolean): RegExp {
  try {
    return new RegExp(value, isCaseIgnored ? "i" : "");
  } catch {
    throw new RequestError(400, `while processing header 'Filter': invalid regular expression '${value}'`);
  }
}

/** Whether a difference is as an operator wants it. */
function byOrder(operator: string): (difference: number) => boolean {
  switch (operator) {
    case "=":
      return (difference) => difference === 0;
    case "<":
      return (difference) => difference < 0;
    case ">":
      return (difference) => difference > 0;
    case "<=":
      return (difference) => difference <= 0;
    case ">=":
      return (difference) => difference >= 0;
    default:
      throw new RequestError(400, `while processing header 'Filter': operator ${operator} is not for this column`);
  }
}
