import { type JsonObject, isJsonObject, stringAt } from "../../../src/core/json.ts";
import { type Downstream, listAll } from "./downstream.ts";

/** What a scenario wants done through the gateway; `context` is what the suite hands over. */
type Scenario = (downstream: Downstream, context: JsonObject) => Promise<void>;

/** What is done for a scenario: what the suite's description asks for, else {@link listAndCall}. */
export function scenarioOf(name: string): Scenario {
  return scenarios.get(name) ?? listAndCall;
}

/** Lists the tools and calls the first. */
const listAndCall: Scenario = async (downstream) => {
  const [first] = await listAll(downstream, "tools");
  if (first !== undefined) await call(downstream, nameOf(first), { a: 2, b: 3 });
};

/** Lists the tools and calls each without arguments, all at the same time, as hosts do that let a model call several. */
const callEverything: Scenario = async (downstream) => {
  const tools = await listAll(downstream, "tools");
  await Promise.all(tools.map((tool) => call(downstream, nameOf(tool), {})));
};

/** Lists and uses everything there is. */
const useEverything: Scenario = async (downstream, context) => {
  await callEverything(downstream, context);
  for (const resource of await listAll(downstream, "resources")) {
    await downstream.request("resources/read", { uri: stringAt(resource, "uri") });
  }
  for (const prompt of await listAll(downstream, "prompts")) {
    await downstream.request("prompts/get", { name: nameOf(prompt) });
  }
};

const callAsTold: Scenario = async (downstream, { toolCalls }) => {
  await listAll(downstream, "tools");
  for (const told of Array.isArray(toolCalls) ? (toolCalls as unknown[]) : []) {
    if (isJsonObject(told)) await downstream.request("tools/call", told);
  }
};

const echoSchema: Scenario = async (downstream) => {
  const tools = await listAll(downstream, "tools");
  const schema = tools.find((tool) => nameOf(tool) === "json_schema_2020_12_tool")?.["inputSchema"];
  await call(downstream, "json_schema_echo", { schema });
};

const scenarios: ReadonlyMap<string, Scenario> = new Map([
  ["http-standard-headers", useEverything],
  ["http-custom-headers", callAsTold],
  ["http-invalid-tool-headers", callEverything],
  ["sep-2322-client-request-state", callEverything],
  ["json-schema-2020-12-preservation", echoSchema],
]);

async function call(downstream: Downstream, name: string, args: JsonObject): Promise<void> {
  await downstream.request("tools/call", { name, arguments: args });
}

function nameOf(definition: JsonObject): string {
  return stringAt(definition, "name") ?? "";
}
