import { z } from "zod";
import { topicNames } from "../live/topic.ts";
import type { WebhookOptions } from "../webhooks/webhook-options.ts";
import { minSecretLength } from "../webhooks/signature.ts";
import type { Finding } from "./problem.ts";
import { isObject, patternList } from "./schema-parts.ts";

const urlError = "must be an http or https address";
const variableError = "must be the name of an environment variable: letters, digits and _, no digit first";
const topicError = `must be one of ${topicNames.join(", ")}`;

const secret = z.strictObject(
  {
    env: z
      .string({ error: variableError })
      .regex(/^[A-Za-z_]\w*$/, { error: variableError })
      .meta({ description: "Name of the environment variable that holds the secret. Letters, digits and _." }),
  },
  { error: 'must be { "env": "NAME" }' },
);

const webhook = z.strictObject(
  {
    url: z
      .string({ error: urlError })
      .regex(/^https?:\/\/[^\s${}]+$/, { error: urlError })
      .meta({ description: "Where messages are sent to, as POST. An http or https address." }),
    secret: secret.meta({
      description: `What messages are signed with, as { "env": "NAME" }: the variable holds whsec_ and base64, or any text of at least ${minSecretLength} characters.`,
    }),
    topics: z
      .array(z.enum(topicNames, { error: topicError }), { error: "must be a list of topics" })
      .default(["alerts"])
      .meta({
        description: `What is sent, of ${topicNames.join(", ")}; what happens often is not. Default ["alerts"].`,
      }),
    types: patternList().default([]).meta({
      description:
        'Which types of messages of these: names, patterns such as "job_*", and exceptions after "!". Default [].',
    }),
  },
  isObject,
);

/** The key of the file that says where what happens is sent to. */
export const webhooksKey = z
  .record(z.string(), webhook, isObject)
  .default({})
  .meta({ description: "Receivers that are sent what happens, by name; see docs/webhooks.md. Default {}." });

/** The keys that what stands at a path below it may have. */
export function knownWebhookKeysAt(path: readonly unknown[]): readonly string[] {
  if (path.length === 2) return Object.keys(webhook.shape);
  return path.length === 3 ? Object.keys(secret.shape) : [];
}

/** Webhooks with their secrets in place; of those whose secret is not there, what is wrong. */
export function webhookOptions(
  draft: z.output<typeof webhooksKey>,
  env: NodeJS.ProcessEnv,
): { readonly webhooks: readonly WebhookOptions[]; readonly findings: readonly Finding[] } {
  const webhooks: WebhookOptions[] = [];
  const findings: Finding[] = [];
  for (const [
    name,
    {
      secret: { env: variable },
      ...rest
    },
  ] of Object.entries(draft)) {
    const value = env[variable] ?? "";
    const path = ["webhooks", name, "secret"];
    if (value.length >= minSecretLength) webhooks.push({ name, ...rest, secret: value });
    else if (value === "") {
      const message = `${path.join(".")} needs the environment variable ${variable}, which is not set`;
      findings.push({ path, message, variable });
    } else {
      const message = `${path.join(".")} must have at least ${minSecretLength} characters in ${variable}`;
      findings.push({ path, message });
    }
  }
  return { webhooks, findings };
}
