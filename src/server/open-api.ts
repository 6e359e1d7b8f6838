import { actions } from "../access/actions.ts";
import type { JsonObject } from "../core/json.ts";
import type { Endpoint } from "./endpoint.ts";
import { healthPaths } from "./health-api.ts";

const errorAnswer: JsonObject = {
  description: "What went wrong: `error.data.code` is in docs/errors.md.",
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: {
          error: {
            type: "object",
            properties: {
              code: { type: "integer" },
              message: { type: "string" },
              data: { type: "object", properties: { code: { type: "string" } } },
            },
            required: ["code", "message"],
          },
        },
        required: ["error"],
      },
    },
  },
};

/** The description of a table of endpoints, and of those for everybody, for programs (OpenAPI 3.1). */
export function openApi<Deps>(table: readonly Endpoint<Deps>[], version: string): JsonObject {
  const paths = Map.groupBy(table, ({ path }) => path);
  const health = Object.entries(healthPaths).map(([path, says]): [string, JsonObject] => {
    const answer = { description: "How it stands.", content: { "application/json": { schema: { type: "object" } } } };
    return [path, { get: { summary: `${says}.`, security: [], responses: { 200: answer } } }];
  });
  const described = [...paths].map(([path, endpoints]): [string, JsonObject] => [
    path,
    Object.fromEntries(endpoints.map((endpoint) => [endpoint.method.toLowerCase(), operationOf(endpoint)])),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "Switchyard", version, description: "What can be asked of a gateway besides MCP." },
    paths: Object.fromEntries([...health, ...described]),
    components: { securitySchemes: { key: { type: "http", scheme: "bearer", description: "An API key or a token." } } },
    security: [{ key: [] }, {}],
  };
}

function operationOf<Deps>({
  path,
  action,
  says,
  query = {},
  body,
  bodyTypes = [],
  ...rest
}: Endpoint<Deps>): JsonObject {
  const { answers = "application/json", status = 200, answer } = rest;
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query).map(([name, description]) => ({
    name,
    in: "query",
    description,
    schema: { type: "string" },
  }));
  const types = body === undefined ? bodyTypes : ["application/json"];
  const content = Object.fromEntries(types.map((type) => [type, body === undefined ? {} : { schema: body }]));
  return {
    summary: says,
    ...(action !== undefined && { description: `From the role ${actions[action].from} on.` }),
    parameters: [...inPath, ...inQuery],
    ...(types.length > 0 && { requestBody: { required: true, content } }),
    responses: {
      [status]: {
        description: "It went well.",
        content: { [answers]: answer === undefined ? {} : { schema: answer } },
      },
      default: errorAnswer,
    },
  };
}
