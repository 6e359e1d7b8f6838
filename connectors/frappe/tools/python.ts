import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { parsedJson } from "../client/json.ts";
import { type Desk, answer } from "../desk/desk.ts";
import { ProgramEnded } from "../python/python.ts";
import { rowsFor, rowsShape } from "./rows.ts";
import { targets } from "./targets.ts";

/** Characters of what is printed, of the result, and of each variable. */
const maxCharacters = 200_000;

/** Queries whose rows one program gets. */
const mostQueries = 10;

const programShape = z.object({
  output: z.string().describe("What was printed."),
  errors: z.string().describe("What was printed to standard error."),
  result: z.unknown().optional(),
  variables: z.record(z.string(), z.unknown()),
  row_counts: z.record(z.string(), z.int()),
  is_cut: z.boolean().describe("Whether something was too long, and cut off."),
});

/** Runs a program over rows. */
export function pythonTool(desk: Desk): Tool {
  return tool({
    name: "run_python_code",
    title: "Run Python over the ERP's data",
    description:
      "Runs a program in Python 3.14, with its standard library and nothing else: no pandas or numpy, no network, no files. What data_query names is there as data: a list of dicts, or with several queries a dict of such lists. The value of the last expression is the result; print is kept.",
    input: z.object({
      code: z.string().min(1).max(100_000),
      data_query: z
        .union([z.object(rowsShape).strict(), z.record(z.string(), z.object(rowsShape).strict())])
        .optional()
        .describe(
          `One query, such as {"doctype": "Sales Invoice", "fields": ["customer", "total"]}; or up to ${mostQueries} by name.`,
        ),
      timeout: z.int().min(1).max(300).default(30).describe("Seconds."),
      return_variables: z.array(z.string().max(200)).max(50).default([]),
    }),
    output: programShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.codeMs,
    run: async ({ code, data_query: asked, timeout, return_variables: variables }, call) => {
      const visitor = desk.visitor(call.caller);
      const queries = asked === undefined ? {} : isOne(asked) ? { data: asked } : asked;
      const count = Object.keys(queries).length;
      if (count > mostQueries) {
        throw new ToolFailure(`data_query holds ${count} queries; at most ${mostQueries} are made for one program`);
      }
      // It loads while the site answers.
      if (count > 0) desk.python.expect();
      const data: Record<string, readonly object[]> = {};
      const uses = new Set<string>();
      for (const [name, query] of Object.entries(queries)) {
        const { table, uses: own } = await rowsFor(desk, visitor, query, call);
        data[name] = table.rows.map((row) =>
          Object.fromEntries(table.columns.map((column, at) => [column.name, row[at]])),
        );
        for (const use of own) uses.add(use);
      }
      const given = asked !== undefined && isOne(asked) ? data["data"] : data;
      const program = { code, data: JSON.stringify(given), variables, maxCharacters };
      const { error, ...end } = await ran(desk, program, timeout * 1000, call.signal);
      if (error !== undefined)
        throw new ToolFailure(`${error}${end.stdout === "" ? "" : `\nIt had printed:\n${end.stdout.slice(-2000)}`}`);
      const structured = {
        output: end.stdout,
        errors: end.stderr,
        ...(end.result !== undefined && { result: parsedJson(end.result) }),
        variables: Object.fromEntries(Object.entries(end.variables).map(([name, text]) => [name, parsedJson(text)])),
        row_counts: Object.fromEntries(Object.entries(data).map(([name, rows]) => [name, rows.length])),
        is_cut: end.isCut,
      };
      return answer(visitor, structured, [...uses]);
    },
  });
}

type Query = z.output<z.ZodObject<typeof rowsShape>>;

function isOne(asked: Query | Readonly<Record<string, Query>>): asked is Query {
  return typeof asked["limit"] === "number";
}

async function ran(desk: Desk, program: Parameters<Desk["python"]["run"]>[0], timeoutMs: number, signal: AbortSignal) {
  try {
    return await desk.python.run(program, timeoutMs, signal);
  } catch (thrown) {
    throw thrown instanceof ProgramEnded ? new ToolFailure(thrown.message, { cause: thrown }) : thrown;
  }
}
