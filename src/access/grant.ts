import { Choice } from "../core/choice.ts";

/** Longest grant, in characters, and how many one principal may have. */
export const maxGrantLength = 200;
export const maxGrants = 100;

/** Something that may be used; everything else may not. */
export interface Grant {
  /** As it is written. The same text is the same grant. */
  readonly text: string;
  /** Whether it holds only for what changes nothing: tools that are marked so, prompts, resources. */
  readonly isReading: boolean;
  readonly scope: GrantScope;
}

/** What a grant is for: what profiles show, what upstreams have, or some of their tools alone. Names are patterns, `*` stands for any characters. */
export type GrantScope =
  | { readonly kind: "profile"; readonly profiles: Choice }
  | { readonly kind: "upstream"; readonly upstreams: Choice }
  | { readonly kind: "tools"; readonly upstreams: Choice; readonly tools: Choice };

/** How a grant is written, for messages. */
export const grantForm =
  "[read:]UPSTREAM, [read:]UPSTREAM/TOOL or [read:]profile:NAME, in each of which * stands for any characters";

const form = /^(read:)?(?:profile:([\w.*-]+)|([\w.*-]+)(?:\/([^\p{Cc}!][^\p{Cc}]*))?)$/u;

/** The grant that a text says; undefined where it says none. */
export function grantIn(text: string): Grant | undefined {
  if (text.length > maxGrantLength) return undefined;
  const [whole, read, profile, upstream, tool] = form.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const isReading = read !== undefined;
  if (profile !== undefined) return { text, isReading, scope: { kind: "profile", profiles: new Choice([profile]) } };
  const upstreams = new Choice([upstream ?? ""]);
  // All of an upstream's tools is all of it: a pattern that fits every tool should not mean less than none.
  if (tool === undefined || tool === "*") return { text, isReading, scope: { kind: "upstream", upstreams } };
  return { text, isReading, scope: { kind: "tools", upstreams, tools: new Choice([tool]) } };
}

/** The same grant, for what changes nothing. */
export function reading(grant: Grant): Grant {
  return grant.isReading ? grant : { ...grant, text: `read:${grant.text}`, isReading: true };
}
