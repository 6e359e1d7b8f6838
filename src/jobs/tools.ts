import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import type { OwnTool } from "../gateway/own-tool.ts";
import { type EachWish, eachIn, isEach } from "./each.ts";
import { operationIn } from "./given-operation.ts";
import { type JobOptions, jobOptionNames } from "./job-options.ts";
import { jobTasks } from "./job-tasks.ts";
import type { Jobs } from "./jobs.ts";
import { type ToolName, toolDefinitions } from "./tool-definitions.ts";

/** Results that one call gives, unless it says how many and at the most, and their longest text, in characters. */
const usualResults = 50;
const maxResults = 200;
const maxResultsText = 200_000;
const usualListed = 20;
/** How long one call waits for a job, in seconds. */
const usualWait = 60;
const maxWait = 3600;

/** The tools by which agents have many calls made, and come back for the results. `jobs` gives the jobs, once a tool is called. */
export function jobTools(jobs: () => Jobs): readonly OwnTool[] {
  return [
    submitTool(jobs),
    ownTool("jobs_status", async (given, { principal }) => ({ ...(await jobs().show(principal, idIn(given))) })),
    ownTool("jobs_wait", async (given, { principal, signal, tell }) => {
      const ms = 1000 * numberIn(given, "seconds", usualWait, 1, maxWait);
      return { ...(await jobs().wait(principal, idIn(given), { ms, signal, tell })) };
    }),
    ownTool("jobs_results", async (given, { principal }) => {
      const from = numberIn(given, "from", 0, 0, 100_000);
      const limit = numberIn(given, "limit", usualResults, 1, maxResults);
      const wish = given["failedOnly"] === true ? ({ from, only: "failed" } as const) : { from };
      const lines = await jobs().results(principal, idIn(given), wish);
      return page(lines, limit);
    }),
    ownTool("jobs_list", async (given, { principal }) => ({
      jobs: await jobs().list(principal, { max: numberIn(given, "limit", usualListed, 1, maxResults) }),
    })),
    ownTool("jobs_cancel", async (given, { principal }) => ({
      ...(await jobs().act(principal, idIn(given), "cancel")),
    })),
  ];
}

/** Called as a task, it is the job: its result is how the job stands once it is over. */
function submitTool(jobs: () => Jobs): OwnTool {
  const submit: OwnTool["answer"] = async (given, { principal }) => {
    const options: JobOptions = Object.fromEntries(
      jobOptionNames.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])),
    );
    const job = isEach(given)
      ? await jobs().submitEach(principal, eachWishIn(given), options)
      : await jobs().submit(principal, operationsIn(given), options);
    return { ...job };
  };
  const tasks = jobTasks(jobs);
  const tool = ownTool("jobs_submit", submit);
  return {
    ...tool,
    asTask: {
      tasks,
      async begin(given, asker) {
        const { jobId } = await tool.answer(given, asker);
        const task = await tasks.find(asker.principal, String(jobId));
        if (task !== undefined) return task;
        throw new GatewayError("job_not_found", `The job ${String(jobId)} is over and forgotten already`);
      },
    },
  };
}

function ownTool(name: ToolName, run: OwnTool["answer"]): OwnTool {
  const definition = toolDefinitions[name];
  const known = Object.keys(definition.inputSchema.properties);
  return {
    definition,
    async answer(given, asker) {
      const unknown = Object.keys(given).find((key) => !known.includes(key));
      if (unknown === undefined) return run(given, asker).catch(asOfArguments);
      throw wrong(`${name} has no parameter ${JSON.stringify(unknown.slice(0, 100))}; there are ${known.join(", ")}`);
    },
  };
}

/** What would be wrong with a request of that kind is wrong with an argument here, which the model can mend. */
function asOfArguments(thrown: unknown): never {
  const isMeant =
    thrown instanceof GatewayError && ["unknown_tool", "invalid_params", "forbidden"].includes(thrown.code);
  throw isMeant
    ? new GatewayError("invalid_arguments", thrown.message, { data: { ...thrown.data }, cause: thrown })
    : thrown;
}

function operationsIn({ operations }: JsonObject) {
  if (!Array.isArray(operations) || operations.length === 0) {
    throw wrong(
      "jobs_submit needs operations, a list of at least one object with tool and arguments; or each with template",
    );
  }
  return operations.map((each: unknown, at) => {
    if (!isJsonObject(each)) throw wrong(`Operation ${at + 1} must be an object with tool and arguments`);
    return operationIn(asWritten(each), at + 1);
  });
}

function eachWishIn({ each, template, operations }: JsonObject): EachWish {
  if (operations !== undefined) throw wrong("jobs_submit takes operations, or each with template, not both");
  return eachIn({ each, template: isJsonObject(template) ? asWritten(template) : template });
}

/** An operation as files have it. */
function asWritten({ tool, arguments: given, ...rest }: JsonObject): JsonObject {
  return {
    type: "tool_call",
    parameters: { tool_name: tool, ...(given !== undefined && { arguments: given }) },
    ...rest,
  };
}

function idIn(given: JsonObject): string {
  const id = stringAt(given, "jobId");
  if (id !== undefined) return id;
  throw wrong("jobId must be the id of a job, as jobs_submit and jobs_list give it");
}

function numberIn(given: JsonObject, key: string, usual: number, from: number, to: number): number {
  const value = given[key] ?? usual;
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
  throw wrong(`${key} must be a whole number from ${from} to ${to}`);
}

/** As many results as fit, at least one; `next` says where to go on where there are more. */
async function page(lines: AsyncIterable<string>, max: number): Promise<JsonObject> {
  const results: unknown[] = [];
  let length = 0;
  for await (const line of lines) {
    const result: unknown = JSON.parse(line);
    const isFull = results.length === max || (results.length > 0 && length + line.length > maxResultsText);
    if (isFull) return { results, next: isJsonObject(result) ? result["number"] : undefined };
    results.push(result);
    length += line.length;
  }
  return { results };
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_arguments", message);
}
