import { z } from "zod";
import type { Finding } from "./problem.ts";
import { type Surroundings, expand } from "./reference.ts";

const urlError = 'must be a postgres:// URL, or { "env": "NAME" }';

const reference = z.strictObject({
  env: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .meta({ description: "Name of the environment variable that holds it. Letters, digits and _." }),
});

const store = z.strictObject(
  {
    url: z
      .union([z.string().regex(/^(?:postgres(?:ql)?:\/\/\S+|\$\{[^}]+\}\S*)$/, urlError), reference], {
        error: urlError,
      })
      .meta({
        description:
          'Where jobs and schedules are kept, for all gateways that name it: postgres://USER:PASSWORD@HOST:PORT/DATABASE, in which ${NAME} stands for an environment variable, or { "env": "NAME" } for all of it. See docs/postgres.md.',
      }),
  },
  { error: "must be an object" },
);

/** The key of the file that says where jobs are kept, where that is not the data folder. */
export const storeKey = store.optional().meta({
  description:
    "A PostgreSQL in which several gateways share their jobs and schedules. Default: what DATABASE_URL says where that is a postgres:// URL, else the data folder.",
});

/** The keys that what stands at a path below it may have. */
export function knownStoreKeysAt(path: readonly unknown[]): readonly string[] {
  return path.length === 1 ? Object.keys(store.shape) : Object.keys(reference.shape);
}

/** Where jobs are kept, with its secrets in place; or what is wrong with that. The problem repeats no value. */
export function storeOptions(
  draft: z.output<typeof storeKey>,
  around: Surroundings,
): { readonly store?: { readonly url: string }; readonly findings: readonly Finding[] } {
  const path = ["store", "url"];
  if (draft === undefined) {
    const url = around.env["DATABASE_URL"] ?? "";
    return isPostgres(url) ? { store: { url }, findings: [] } : { findings: [] };
  }
  const written = typeof draft.url === "string" ? draft.url : `\${${draft.url.env}}`;
  const { text, missing } = expand(written, around);
  const [variable] = missing;
  if (variable !== undefined) {
    const message = `store.url needs the environment variable ${variable}, which is not set`;
    return { findings: [{ path, message, variable }] };
  }
  if (isPostgres(text)) return { store: { url: text }, findings: [] };
  return { findings: [{ path, message: "store.url must be a postgres:// URL once what it refers to is in place" }] };
}

function isPostgres(url: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url);
}
