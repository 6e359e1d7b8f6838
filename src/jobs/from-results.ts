import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type GivenOperation, operationIn, wrongLine } from "./given-operation.ts";
import type { OperationRow } from "./job.ts";
import { maxInput } from "./read-operations.ts";
import { withResults } from "./reference.ts";
import { Template } from "./template.ts";

/** What a template calls the result that it is filled with. */
const resultName = "result";
const columns = ["id", "number"] as const;

/**
 * Operations from the results of an earlier job: one for each that succeeded. In the template `{{id}}` and `{{number}}` stand for the earlier
 * operation's, and `{"$from": "result", "pointer": "/…"}` in the arguments for a part of its result.
 *
 * @throws {GatewayError} `invalid_operations` — a result has no such part, or makes no operation; names the operation by its place, from 1.
 *   `body_too_large` — the arguments together are longer than an input may be.
 */
export async function operationsFrom(rows: AsyncIterable<OperationRow>, wish: JsonObject): Promise<GivenOperation[]> {
  const template = new Template(wish, columns);
  const operations: GivenOperation[] = [];
  let length = 0;
  for await (const row of rows) {
    if (row.state.kind !== "succeeded") continue;
    const operation = operationFrom(row, template);
    length += JSON.stringify(operation.arguments).length;
    if (length > maxInput)
      throw new GatewayError("body_too_large", `The arguments are longer than ${maxInput} characters`);
    operations.push(operation);
  }
  if (operations.length === 0) throw wrongLine(1, 1, "no operation of the earlier job has succeeded");
  return operations;
}

function operationFrom({ operation: earlier, answer = "null" }: OperationRow, template: Template): GivenOperation {
  const line = earlier.number + 1;
  const filled = template.filled([earlier.id, String(earlier.number)], line);
  const { needs, arguments: given, ...rest } = operationIn({ id: earlier.id, ...filled }, line);
  const other = needs.find((id) => id !== resultName);
  if (other !== undefined) {
    throw wrongLine(line, 1, `it needs ${JSON.stringify(other)}; there is only ${JSON.stringify(resultName)} here`);
  }
  try {
    const results = new Map([[resultName, JSON.parse(answer)]]);
    return { ...rest, needs: [], arguments: withResults(given, results) };
  } catch (thrown) {
    throw wrongLine(line, 1, toGatewayError(thrown).message);
  }
}
