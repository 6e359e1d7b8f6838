import { z } from "zod";
import { CheckmkError, type CheckmkErrorCode } from "../checkmk-error.ts";
import type { HttpAnswer } from "./http.ts";

/** What a site says where it does not do what was asked (RFC 7807, with Checkmk's `fields` and `ext`). */
const problemSchema = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  ext: z.unknown().optional(),
});

const codes: Readonly<Record<number, CheckmkErrorCode>> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "unsupported",
  409: "conflict",
  412: "changed_meanwhile",
  422: "refused",
  423: "locked",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** The error that an answer is which is no success. `what` names what was asked, and `who` the user that asked. */
export function problemOf({ status, headers, text }: HttpAnswer, what: string, who: string): CheckmkError {
  const said = parsed(text);
  if (said === undefined) return withoutProblem(status, headers["content-type"] ?? "no content type", what);
  const { title = "", detail = "", fields, ext } = said;
  const code = codes[status] ?? "unexpected_answer";
  const words = [title, detail === title ? "" : detail, fieldText(fields)].filter((part) => part !== "").join(": ");
  return new CheckmkError(code, `${what}: the site answered ${status}, ${words}${waysOut[code]?.(who) ?? ""}`, {
    data: { status, ...(fields && { fields }), ...(ext !== undefined && { ext }) },
  });
}

function parsed(text: string): z.output<typeof problemSchema> | undefined {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    // No problem document: something before Checkmk has answered.
    return undefined;
  }
}

function withoutProblem(status: number, type: string, what: string): CheckmkError {
  const code = status === 404 ? "unexpected_answer" : (codes[status] ?? "unexpected_answer");
  const way =
    code === "unavailable"
      ? "; the site may be stopped or starting"
      : "; check url and site of the connector: its REST API is below URL/SITE/check_mk/api/1.0";
  return new CheckmkError(code, `${what}: answered ${status} with ${type}, as no Checkmk site does${way}`, {
    data: { status },
  });
}

/** Fields that are told of one problem. */
const maxFields = 10;

function fieldText(fields: Readonly<Record<string, unknown>> = {}): string {
  return Object.entries(fields)
    .slice(0, maxFields)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("; ");
}

const waysOut: Partial<Record<CheckmkErrorCode, (who: string) => string>> = {
  unauthorized: (who) => `. Check user and secret of the connector, and what ${who} may do`,
  forbidden: (who) => `. Give a role with this permission to ${who}`,
  changed_meanwhile: () => ". It was changed meanwhile: read it again and decide anew",
  locked: () => ". An activation is under way: try again when it is over",
};
