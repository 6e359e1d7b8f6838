import { z } from "zod";
import { auditDefaults } from "../audit/audit-options.ts";
import { isObject, wholeNumber } from "./schema-parts.ts";

const yesNo = { error: "must be true or false" };
const nameError = "must be a list of names";
const pathError = 'must be a list of places such as "arguments.customer.iban"';

const redact = z.strictObject(
  {
    keys: z
      .array(z.string({ error: nameError }).min(1, { error: nameError }), { error: nameError })
      .default([])
      .meta({
        description:
          "Names of members whose values are secrets, besides those that are known to be; * is any characters, the case of letters does not matter. Default [].",
      }),
    paths: z
      .record(
        z.string(),
        z.array(z.string({ error: pathError }).regex(/^(?:arguments|result)(?:\.[^.]+)*$/, { error: pathError }), {
          error: pathError,
        }),
        isObject,
      )
      .default({})
      .meta({
        description:
          "Places of secrets by upstream/tool, where * is any characters: lists of arguments.… and result.… with * for any name; arrays do not count. Default {}.",
      }),
  },
  isObject,
);

const audit = z.strictObject(
  {
    arguments: z
      .boolean(yesNo)
      .default(auditDefaults.arguments)
      .meta({ description: "Whether the arguments of calls are kept, redacted. Default true." }),
    results: z
      .boolean(yesNo)
      .default(auditDefaults.results)
      .meta({ description: "Whether the results of calls are kept, redacted. Default true." }),
    retentionDays: wholeNumber(1, 36_500, auditDefaults.retentionDays, "How long rows are kept, in days."),
    maxMiB: wholeNumber(
      1,
      1_048_576,
      auditDefaults.maxMiB,
      "How large the gateway's own file may become, in MiB; beyond that the oldest rows go.",
    ),
    redact: redact.prefault({}).meta({ description: "What is a secret besides what is known to be one. Default {}." }),
  },
  isObject,
);

/** The key of the file that says what of calls goes on record. */
export const auditKey = audit
  .prefault({})
  .meta({ description: "What of calls goes on record, and for how long. Default {}." });

/** The keys that the object at `path`, which begins with `audit`, may have. */
export function knownAuditKeysAt(path: readonly (string | number)[]): readonly string[] {
  if (path.length === 1) return Object.keys(audit.shape);
  return path.length === 2 && path[1] === "redact" ? Object.keys(redact.shape) : [];
}
