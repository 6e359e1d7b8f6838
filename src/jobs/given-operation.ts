import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { dataTools } from "./data-server.ts";
import { isDeeperThan, referredTo } from "./reference.ts";

/** An operation as its owner writes it, before its tool was looked for. */
export interface GivenOperation {
  readonly id: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly idempotencyKey: string | undefined;
  /** Ids of those that must have succeeded before. */
  readonly needs: readonly string[];
  /** Where it stands in the input, from 1. */
  readonly line: number;
}

const members = ["type", "parameters", "id", "dependsOn", "idempotencyKey"];
const parameterNames = ["tool_name", "arguments"];
/** Operations that one may need. */
const maxNeeds = 100;
const maxText = 200;
/** Levels of objects and lists in arguments. */
const maxDepth = 100;

/**
 * Reads `{"type": "tool_call", "parameters": {"tool_name", "arguments"?}, "id"?, "dependsOn"?: [ID], "idempotencyKey"?}`; or of type `query`, `analysis` or
 * `report`, which is a call of the tool for that with `parameters` as its arguments. Without an id, it is known by its line.
 *
 * `referred` finds the ids of those whose results its arguments refer to: usually what {@link referredTo} says.
 *
 * @throws {GatewayError} `invalid_operations`.
 */
export function operationIn(
  value: unknown,
  line: number,
  referred: (given: JsonObject) => Iterable<string> = referredTo,
): GivenOperation {
  if (!isJsonObject(value)) throw wrongLine(line, 1, "an operation must be a JSON object");
  checkMembers(value, members, line);
  const { tool, given } = callIn(value, line);
  if (isDeeperThan(given, maxDepth)) throw wrongLine(line, 1, `its arguments are more than ${maxDepth} levels deep`);
  const dependsOn = value["dependsOn"] ?? [];
  if (!Array.isArray(dependsOn) || !dependsOn.every((id) => typeof id === "string")) {
    throw wrongLine(line, 1, "dependsOn must be an array of ids");
  }
  const needs = [...new Set([...dependsOn, ...referred(given)])];
  if (needs.length > maxNeeds) throw wrongLine(line, 1, `it needs ${needs.length} others; at most ${maxNeeds}`);
  const id = textIn(value, "id", line) ?? String(line);
  return { id, tool, arguments: given, idempotencyKey: textIn(value, "idempotencyKey", line), needs, line };
}

function callIn(value: JsonObject, line: number): { readonly tool: string; readonly given: JsonObject } {
  const { type } = value;
  const parameters = objectAt(value, "parameters");
  if (isDataType(type)) {
    if (parameters !== undefined) return { tool: dataTools[type], given: parameters };
    throw wrongLine(line, 1, "parameters must be an object");
  }
  if (type !== "tool_call") {
    const types = ["tool_call", ...Object.keys(dataTools)].map((each) => JSON.stringify(each)).join(", ");
    throw wrongLine(line, 1, `type must be one of ${types}, got ${shown(type)}`);
  }
  if (parameters === undefined) throw wrongLine(line, 1, "parameters must be an object");
  checkMembers(parameters, parameterNames, line);
  const tool = textIn(parameters, "tool_name", line);
  if (tool === undefined) throw wrongLine(line, 1, "parameters.tool_name must be the name of a tool, upstream__tool");
  const given = parameters["arguments"] ?? {};
  if (!isJsonObject(given)) throw wrongLine(line, 1, "parameters.arguments must be an object");
  return { tool, given };
}

function isDataType(type: unknown): type is keyof typeof dataTools {
  return typeof type === "string" && Object.hasOwn(dataTools, type);
}

function checkMembers(value: JsonObject, known: readonly string[], line: number): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw wrongLine(line, 1, `there is no ${shown(unknown)}; there are ${known.join(", ")}`);
}

function textIn(value: JsonObject, key: string, line: number): string | undefined {
  if (value[key] === undefined) return undefined;
  const text = stringAt(value, key);
  if (text !== undefined && text !== "" && text.length <= maxText) return text;
  throw wrongLine(line, 1, `${key} must be text of 1 to ${maxText} characters`);
}

function shown(value: unknown): string {
  return JSON.stringify(typeof value === "string" ? value.slice(0, 100) : typeof value);
}

/** The error for a place in the input. */
export function wrongLine(line: number, column: number, message: string): GatewayError {
  return new GatewayError("invalid_operations", `Line ${line}, column ${column}: ${message}`, {
    data: { line, column },
  });
}
