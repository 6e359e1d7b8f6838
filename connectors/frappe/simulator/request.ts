import type { Json } from "./json.ts";
import type { Told } from "./raised.ts";
import type { SiteState } from "./site.ts";

/** One request to a site, as it is worked on. */
export interface Request {
  readonly site: SiteState;
  readonly user: string;
  readonly method: string;
  /** Without its query, decoded. */
  readonly path: string;
  /** What came in the address, the form or the body. */
  readonly args: Json;
  /** The file of a form, where there is one. */
  readonly file: { readonly name: string; readonly content: Buffer } | undefined;
  /** What the user is told along with the answer. */
  readonly told: Told[];
}

/** What is answered: a body of JSON, or a file. */
export type Answer =
  | { readonly kind: "json"; readonly status: number; readonly body: Json; readonly cookies?: readonly string[] }
  | { readonly kind: "file"; readonly mimeType: string; readonly content: Buffer; readonly fileName?: string };

/** A good answer. */
export function answered(body: Json, status = 200): Extract<Answer, { kind: "json" }> {
  return { kind: "json", status, body };
}
