import { GatewayError, toGatewayError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Principal } from "../access/principal.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { exposedName } from "../gateway/names.ts";
import { operationIn } from "../jobs/given-operation.ts";
import { jobOptionNames } from "../jobs/job-options.ts";
import type { ApiDeps } from "./api-deps.ts";
import { parsedBody, readBody } from "./body.ts";
import type { Endpoint, Exchange } from "./endpoint.ts";
import { optionsIn, queryOf } from "./job-request.ts";
import { checkOperator } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";

/** What the server of a cash-flow model calls itself. */
const modelServer = "cashflow";

/** Questions to a model that may take long, by the ends of their addresses: the tool that answers each, and what it gives. */
const questions = {
  forecast: { tool: "forecast", says: "Makes a job of one forecast." },
  "monte-carlo": { tool: "monte_carlo", says: "Makes a job of one Monte Carlo simulation." },
  validate: { tool: "entity_validate", says: "Makes a job of one look at what is wrong in the model's files." },
  report: { tool: "report", says: "Makes a job of one report." },
} as const;

/** Jobs of one question each to a cash-flow model. The body holds the tool's arguments; the answer and the results are those of any job. */
export const modelJobRows: readonly Endpoint<ApiDeps>[] = Object.entries(questions).map(([name, { tool, says }]) => ({
  method: "POST",
  path: `/api/jobs/${name}`,
  says: `${says} The body holds the arguments of \`${tool}\`; docs/cashflow.md.`,
  query: {
    upstream: "Which cash-flow model, where there are several.",
    ...Object.fromEntries(jobOptionNames.map((option) => [option, "An option; docs/jobs.md."])),
  },
  body: { type: "object" },
  status: 202,
  serve: (exchange) => {
    checkOperator(exchange.request, exchange.visitor);
    readBody(exchange.request, (body) => {
      submitted(exchange, tool, body).catch((thrown: unknown) => {
        refuse(exchange.response, toGatewayError(thrown));
      });
    });
  },
}));

async function submitted(
  { request, response, deps: { gateway, jobs }, visitor: { principal } }: Exchange<ApiDeps>,
  tool: string,
  body: Buffer | GatewayError,
): Promise<void> {
  if (body instanceof GatewayError) throw body;
  const query = queryOf(request);
  const options = optionsIn(query, ["upstream"]);
  const given = body.length === 0 ? {} : parsedBody(body);
  if (!isJsonObject(given))
    throw new GatewayError("invalid_params", `The body must be an object: the arguments of ${tool}`);
  const model = modelNamed(query.get("upstream") ?? undefined, gateway, principal);
  const parameters = { tool_name: exposedName(model, tool), arguments: given };
  answerJson(response, await jobs.submit(principal, [operationIn({ type: "tool_call", parameters }, 1)], options), 202);
}

/** The model of this name, or the one that there is, of those that the principal may ask. */
function modelNamed(wanted: string | undefined, gateway: Gateway, { rights }: Principal): string {
  const models = gateway
    .view({ kind: "all" }, rights)
    .upstreams.filter(({ handshake }) => handshake?.serverInfo?.["name"] === modelServer)
    .map(({ name }) => name);
  const [model] = models;
  if (model === undefined) {
    const suggestion = 'Add one: {"connector": "cashflow", "config": {"dir": "./company"}}; docs/cashflow.md says how.';
    throw new GatewayError("route_not_found", "No cash-flow model is connected", { data: { suggestion } });
  }
  if (wanted !== undefined) {
    if (models.includes(wanted)) return wanted;
    const named = JSON.stringify(wanted.slice(0, 100));
    throw new GatewayError("invalid_params", `There is no cash-flow model ${named}: there is ${models.join(", ")}`);
  }
  if (models.length === 1) return model;
  throw new GatewayError(
    "invalid_params",
    `There are several cash-flow models: say which with ?upstream=, ${models.join(" or ")}`,
  );
}
