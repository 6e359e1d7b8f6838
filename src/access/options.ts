import type { Role } from "./principal.ts";

/** Who is asked who they are, and how they may say it. */
export interface AuthOptions {
  /** Whether API keys are taken. */
  readonly apiKeys: boolean;
  /** The authorization server whose access tokens are taken; undefined: none are. */
  readonly oauth: TokenOptions | undefined;
}

/** Which access tokens are taken, and what they stand for. */
export interface TokenOptions {
  /** As the tokens name it, character by character. */
  readonly issuer: string;
  /** What tokens must be for: the gateway's resource identifier (RFC 8707). */
  readonly audience: string;
  /** Where the issuer's public keys are; undefined: where its metadata say. */
  readonly jwksUrl: string | undefined;
  /** What the claims of a token allow. Those that none of these fits allow nothing. */
  readonly rules: readonly TokenRule[];
}

/** What a token may do whose claim has this value. Of several that fit, the highest role counts, and all grants together. */
export interface TokenRule {
  /** Name of the claim, a dot between the names of nested ones. `scope` is taken apart at spaces; of lists, one element is enough. */
  readonly claim: string;
  readonly value: string;
  readonly role: Role;
  /** As they are written. */
  readonly grants: readonly string[];
}

/** Nobody is asked who they are: everybody who can reach the gateway may do everything. */
export const authDefaults = { apiKeys: false, oauth: undefined } as const satisfies AuthOptions;

/** Whether anybody is asked who they are. */
export function isAsked({ apiKeys, oauth }: AuthOptions): boolean {
  return apiKeys || oauth !== undefined;
}
