import type { Principal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { checkingTool, dataServer } from "./data-server.ts";
import type { GivenOperation } from "./given-operation.ts";
import { type Ending, perform } from "./perform.ts";

/** Statements of one call of the checking tool. */
const atOnce = 1000;

/** A statement somewhere in the arguments of an operation. */
interface Statement {
  readonly source: string;
  readonly sql: string;
  readonly line: number;
}

/**
 * Has the statements of operations looked over before anything of them is kept, by the tool that the server of sources has for that, as their owner. Who may
 * not use that tool learns what is wrong with a statement when its operation is made: then, too, before it runs.
 *
 * @throws {GatewayError} `invalid_arguments` — a statement would not be run, or its source cannot be asked; with the line and the part of the statement.
 *   What the call of that tool fails with.
 */
export async function checkStatements(
  gateway: Gateway,
  principal: Principal,
  given: readonly GivenOperation[],
): Promise<void> {
  const statements = distinct(given.flatMap(statementsOf));
  if (statements.length === 0) return;
  if (gateway.view({ kind: "all" }, principal.rights).find("tools", checkingTool) === undefined) return;
  for (let from = 0; from < statements.length; from += atOnce) {
    const some = statements.slice(from, from + atOnce);
    judge(some, await checked(gateway, principal, some));
  }
}

/** Those of calls to the server that has the checking tool: `{source, sql}`, at any depth. */
function statementsOf({ tool, arguments: values, line }: GivenOperation): readonly Statement[] {
  return tool.startsWith(`${dataServer}__`) ? statementsIn(values, line) : [];
}

function statementsIn(value: unknown, line: number): readonly Statement[] {
  if (Array.isArray(value)) return value.flatMap((each) => statementsIn(each, line));
  if (!isJsonObject(value)) return [];
  const [source, sql] = [stringAt(value, "source"), stringAt(value, "sql")];
  const own = source === undefined || sql === undefined ? [] : [{ source, sql, line }];
  return [...own, ...Object.values(value).flatMap((each) => statementsIn(each, line))];
}

function distinct(statements: readonly Statement[]): readonly Statement[] {
  const first = new Map<string, Statement>();
  for (const statement of statements) {
    const key = JSON.stringify([statement.source, statement.sql]);
    if (!first.has(key)) first.set(key, statement);
  }
  return [...first.values()];
}

function checked(gateway: Gateway, principal: Principal, statements: readonly Statement[]): Promise<Ending> {
  const operation = {
    number: 0,
    id: "check",
    tool: checkingTool,
    arguments: {},
    idempotencyKey: undefined,
    needs: [],
    isRepeatable: true,
  };
  const values = { statements: statements.map(({ source, sql }) => ({ source, sql })) };
  return perform(gateway, operation, values, { principal, entrance: "job" }, new AbortController());
}

function judge(statements: readonly Statement[], { code, answer }: Ending): void {
  const told: unknown = JSON.parse(answer);
  if (!isJsonObject(told))
    throw new GatewayError("internal_error", "The checking of statements answered with no object");
  const refused = objectAt(objectAt(told, "structuredContent") ?? {}, "refused");
  if (code === undefined && refused === undefined) return;
  const index = refused?.["index"];
  const line = (typeof index === "number" ? statements[index] : statements[0])?.line;
  const part = refused && stringAt(refused, "part");
  const why = (refused && stringAt(refused, "message")) ?? stringAt(told, "message") ?? textOf(told);
  throw new GatewayError("invalid_arguments", `Line ${line}: The statement is not run. ${why}`, {
    data: { line, ...(part !== undefined && { part }) },
  });
}

/** What a failed result says to a person. */
function textOf({ content }: JsonObject): string {
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return (isJsonObject(first) ? stringAt(first, "text") : undefined) ?? "It cannot be checked";
}
