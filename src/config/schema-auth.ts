import { z } from "zod";
import { grantForm, grantIn, maxGrants } from "../access/grant.ts";
import { isSafe } from "../access/issuer-keys.ts";
import { authDefaults } from "../access/options.ts";
import { roles } from "../access/principal.ts";
import { isAddressRange } from "../server/public-url.ts";
import type { Path } from "./content.ts";
import { isObject } from "./schema-parts.ts";

const urlError = "must be an https address (http on this machine only), without ?, # or a user name";

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return isSafe(text) && url?.search === "" && url.hash === "" && url.username === "" && !/["\\\s]/.test(text);
}

function address(description: string) {
  return z.string({ error: urlError }).refine(isPlainUrl, { error: urlError }).meta({ description });
}

function word(description: string, error: string) {
  return z
    .string({ error })
    .regex(/^[^\s"\\\p{Cc}]{1,200}$/u, { error })
    .meta({ description });
}

const grantError = `must be a grant: ${grantForm}`;

const rule = z.strictObject(
  {
    claim: word(
      "Name of the claim; a dot stands between the names of nested ones. Default scope.",
      "must be the name of a claim, without spaces",
    ).default("scope"),
    value: word(
      "What it must hold: as a whole, as one word of scope, or as one of a list.",
      "must be a text, without spaces",
    ),
    role: z
      .enum(roles, { error: `must be ${roles.join(", ")}` })
      .default("user")
      .meta({ description: `The role it gives: ${roles.join(", ")}. Of several, the highest counts. Default user.` }),
    grants: z
      .array(
        z.string({ error: grantError }).refine((text) => grantIn(text) !== undefined, { error: grantError }),
        { error: "must be a list of grants" },
      )
      .max(maxGrants, { error: `must be at most ${maxGrants} grants` })
      .default([])
      .meta({ description: "What it lets use, for users and viewers: a list of grants. Default []." }),
  },
  isObject,
);

const oauth = z.strictObject(
  {
    issuer: address("Issuer of the tokens, exactly as they name it."),
    audience: word(
      "What tokens must be for (aud). Default: publicUrl of listen, and /mcp after it.",
      "must be a text, without spaces",
    ).optional(),
    jwksUrl: address("Where the issuer's public keys are. Default: where its metadata say.").optional(),
    rules: z
      .array(rule, { error: "must be a list of rules" })
      .min(1, { error: "must hold a rule: without one, no token allows anything" })
      .meta({ description: "What the claims of a token allow. A token that none of them fits is refused." }),
  },
  isObject,
);

const auth = z.strictObject(
  {
    apiKeys: z
      .boolean({ error: "must be true or false" })
      .default(authDefaults.apiKeys)
      .meta({ description: "Whether API keys are taken, which `switchyard keys create` makes. Default false." }),
    oauth: oauth
      .optional()
      .meta({ description: "The authorization server whose access tokens are taken. Default: none are." }),
  },
  isObject,
);

export const authKey = auth.prefault({}).meta({
  description:
    "Who is asked who they are, and how they say it. With {} nobody is, and only this machine can call. Default {}.",
});

/** What `listen` has for those who do not reach the gateway directly. */
export const behindProxies = {
  publicUrl: address(
    "Address under which clients reach the gateway, such as https://gateway.example.com. Default: the one it listens at.",
  ).optional(),
  trustedProxies: z
    .array(
      z
        .string({ error: "must be an IP address or a range" })
        .refine(isAddressRange, { error: "must be an IP address, or a range such as 10.0.0.0/8" }),
      { error: "must be a list of addresses" },
    )
    .default([])
    .meta({
      description:
        "Proxies whose Forwarded and X-Forwarded-* headers count: IP addresses, or ranges such as 10.0.0.0/8. Default [].",
    }),
};

/** The keys that the object at `path`, which begins with `auth`, may have. */
export function knownAuthKeysAt(path: Path): readonly string[] {
  if (path.length === 1) return Object.keys(auth.shape);
  if (path[1] !== "oauth") return [];
  return path.length === 2 ? Object.keys(oauth.shape) : Object.keys(rule.shape);
}
