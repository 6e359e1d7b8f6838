import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Credential } from "../client/credential.ts";
import type { Site } from "../client/site.ts";
import type { Visitor } from "./desk.ts";

const secret = z.string().min(1).max(10_000);

/** A credential as it is configured. */
export const credentialSchema = z.union([
  z.strictObject({
    key: secret.describe("The API key of a user of the site."),
    secret: secret.describe("Its secret; written as a reference such as ${FRAPPE_SECRET}."),
  }),
  z.strictObject({ bearer: secret.describe("An OAuth access token of a user of the site.") }),
]);

type Given = z.output<typeof credentialSchema>;

/** Whose credentials there are. */
export interface Credentials {
  /** For whoever has none of their own. */
  readonly shared: Given | undefined;
  /** By who asks, as the gateway tells callers apart. */
  readonly users: Readonly<Record<string, Given>>;
}

/** Finds the user of the site that a caller is. Each credential is one client, whoever brings it. */
export function visitorsOf(site: Site, { shared, users }: Credentials): (caller: string | undefined) => Visitor {
  const isOne = Object.keys(users).length > 0;
  const clients = new Map<string, Visitor>();
  const visitorOf = (given: Given): Visitor => {
    const key = "bearer" in given ? given.bearer : `${given.key}:${given.secret}`;
    const known = clients.get(key) ?? { client: site.as(credentialOf(given)), key, isOne };
    clients.set(key, known);
    return known;
  };
  return (caller) => {
    const own = caller !== undefined && Object.hasOwn(users, caller) ? users[caller] : undefined;
    const given = own ?? shared;
    if (given !== undefined) return visitorOf(given);
    throw new ToolFailure(
      `There is no credential of the site for ${caller === undefined ? "a caller without a name" : JSON.stringify(caller)}; have an operator add one to users in the connector's configuration`,
    );
  };
}

function credentialOf(given: Given): Credential {
  return "bearer" in given
    ? { kind: "bearer", token: given.bearer }
    : { kind: "token", key: given.key, secret: given.secret };
}
