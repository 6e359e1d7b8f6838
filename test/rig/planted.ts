import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

/** A secret of each kind that is known by its shape. Each is made up and unique, so that finding a part of it anywhere is a leak. */
export const shapedSecrets = {
  bearer: "Bearer pl4nted.bearer-token_0001",
  jwt: "eyJhbGciOiJub25lIn0.eyJwbGFudGVkIjoiand0LTAwMDIifQ.cGxhbnRlZHNpZ25hdHVyZQ",
  gatewayKey: "swy_pl4nted0003abcdefghij",
  pem: "-----BEGIN PRIVATE KEY-----\nUExBTlRFRDAwMDQ=\n-----END PRIVATE KEY-----",
  aws: "AKIAPLANTED000500000",
  gitHub: "ghp_pl4nted0006abcdefghijklmnop",
  slack: "xoxb-pl4nted-0007-abcdefgh",
  urlUser: "https://planted-user:pl4nted-0008@example.com/path",
  apiKey: "sk-pl4nted0009abcdefghijklmnop",
} as const;

/** What of each must not be found: the part that gives access. */
const tellTales = [
  "pl4nted.bearer-token_0001",
  "eyJwbGFudGVkIjoiand0LTAwMDIifQ",
  "pl4nted0003",
  "UExBTlRFRDAwMDQ",
  "PLANTED0005",
  "pl4nted0006",
  "pl4nted-0007",
  "pl4nted-0008",
  "pl4nted0009",
  "named-secret-value",
] as const;

/** A secret that only its name or its place gives away. */
export const namedSecret = "named-secret-value";

/** The planted secrets that occur in these bytes, by what was found of them. */
export function plantedIn(bytes: Buffer | string): string[] {
  return tellTales.filter((tale) => bytes.includes(tale));
}

/** Fails where a planted secret occurs in one of these outputs, or in a file of these folders; says where and which. */
export function assertNothingLeaked(
  outputs: Readonly<Record<string, Buffer | string>>,
  folders: readonly string[] = [],
): void {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile())
      .map((file): [string, Buffer] => [file, readFileSync(file)]),
  );
  const leaks = [...Object.entries(outputs), ...files].flatMap(([where, bytes]) =>
    plantedIn(bytes).map((tale) => `${tale} in ${where}`),
  );
  assert.deepEqual(leaks, []);
}
