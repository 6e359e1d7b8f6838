import { z } from "zod";
import type { RuleConditions } from "../parameters/rulesets.ts";

const names = z.object({ match_on: z.array(z.string()), operator: z.enum(["one_of", "none_of"]) });

const tag = z.union([
  z.object({ key: z.string(), operator: z.enum(["is", "is_not"]), value: z.string() }),
  z.object({ key: z.string(), operator: z.enum(["one_of", "none_of"]), value: z.array(z.string()) }),
]);

const operator = z.enum(["and", "or", "not"]);

const labels = z.object({
  operator: operator.default("and"),
  label_group: z.array(z.object({ operator: operator.default("and"), label: z.string() })),
});

/** Which hosts and services a rule is for, as sites answer it. */
export const conditionsShape = z
  .object({
    host_name: names.exactOptional(),
    host_tags: z.array(tag).exactOptional(),
    host_label_groups: z.array(labels).exactOptional(),
    service_label_groups: z.array(labels).exactOptional(),
    service_description: names.exactOptional(),
  })
  .default({}) satisfies z.ZodType<RuleConditions>;
