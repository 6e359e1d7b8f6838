import type { IncomingMessage } from "node:http";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { jobOptionNames } from "../jobs/job-options.ts";
import type { InputFormat } from "../jobs/read-operations.ts";

/** What stands in the address of a request after `?`. */
export function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  const at = url.indexOf("?");
  return new URLSearchParams(at === -1 ? "" : url.slice(at));
}

/**
 * The options of a job that a query has; `others` are what else may stand in it. Their ranges are checked where jobs are made.
 *
 * @throws {GatewayError} `invalid_params` — there is no such option.
 */
export function optionsIn(
  query: URLSearchParams,
  others: readonly string[],
): Readonly<Record<string, number | string>> {
  const options: Record<string, number | string> = {};
  for (const [name, text] of query) {
    if (others.includes(name)) continue;
    if (!jobOptionNames.some((known) => known === name)) {
      const message = `There is no option ${JSON.stringify(name.slice(0, 100))}; there are ${[...jobOptionNames, ...others].join(", ")}`;
      throw new GatewayError("invalid_params", message);
    }
    options[name] = name === "onError" || text === "" ? text : Number(text);
  }
  return options;
}

/**
 * In which form a request brings operations: by its content type, and by the query for CSV.
 *
 * @throws {GatewayError} `unsupported_media_type`; `invalid_params` — the template is none.
 */
export function formatOf({ headers }: IncomingMessage, query: URLSearchParams): InputFormat {
  const [type = ""] = (headers["content-type"] ?? "").toLowerCase().split(";");
  switch (type.trim()) {
    case "application/json":
      return { kind: "json" };
    case "application/x-ndjson":
    case "application/jsonl":
      return { kind: "jsonl" };
    case "text/csv":
      return { kind: "csv", template: templateIn(query.get("template")) };
    default:
      throw new GatewayError(
        "unsupported_media_type",
        "Operations come as application/json, application/x-ndjson or text/csv",
      );
  }
}

/**
 * The template that a query has.
 *
 * @throws {GatewayError} `invalid_params`.
 */
export function templateIn(text: string | null): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    // Said below.
  }
  if (isJsonObject(value)) return { ...value };
  throw new GatewayError(
    "invalid_params",
    "template must be one operation as JSON, with {{column}} for what columns hold",
  );
}
