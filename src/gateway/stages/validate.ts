import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject } from "../../core/json.ts";
import { type ArgumentCheck, ArgumentSchemas } from "../../policy/argument-schemas.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";

/**
 * Refuses tool calls whose arguments do not fit the tool's input schema: `invalid_arguments`, which the model is told as a failed result. What
 * of a schema cannot be checked is told once, in the upstream's journal, and stops no call.
 *
 * @see MCP 2026-07-28, server/tools, Error Handling.
 */
export function validateStage(): Stage {
  const schemas = new ArgumentSchemas();
  return {
    name: "validate",
    around: (next) => (passage) => {
      const { policy, target } = passage;
      const schema = target.definition?.["inputSchema"];
      if (policy.validate === false || passage.call.method !== "tools/call" || !isJsonObject(schema))
        return next(passage);
      const check = schemas.known(schema) ?? schemas.for(schema, teller(passage));
      return check instanceof Promise
        ? check.then((made) => checked(made, next, passage))
        : checked(check, next, passage);
    },
  };
}

function checked(check: ArgumentCheck, next: Next, passage: Passage): Promise<CallAnswer> {
  const complaint = check(passage.target.params["arguments"] ?? noArguments);
  return complaint === undefined ? next(passage) : Promise.reject(refusal(passage, complaint));
}

const noArguments: JsonObject = {};

function teller({ target: { upstream }, tool }: Passage): (reason: string) => void {
  return (reason) => {
    upstream.record.odd("omission", `The input schema of "${tool}" is not checked in full: ${reason}`);
  };
}

function refusal({ tool }: Passage, complaint: string): GatewayError {
  return new GatewayError("invalid_arguments", `The arguments for "${tool}" are wrong: ${complaint}`);
}
