import { GatewayError } from "../../core/errors.ts";

/** The authorization server that a login began at. */
export interface ExpectedIssuer {
  /** `issuer` from its validated metadata. */
  readonly issuer: string;
  /** Whether its metadata promises `iss` in every answer. */
  readonly sendsIss: boolean;
}

/**
 * Refuses an authorization response that does not come from the server that the login began at.
 *
 * Compares character by character, without any normalisation. Until this has passed, nothing else of the response may be used or
 * shown, an error in it included.
 *
 * @throws {GatewayError} `login_failed` — `iss` is another one, or is missing although promised.
 * @see RFC 9207, 2.4; MCP 2026-07-28, basic/authorization, Authorization Response Validation.
 */
export function checkIssuer(iss: string | undefined, { issuer, sendsIss }: ExpectedIssuer): void {
  if (iss === issuer || (iss === undefined && !sendsIss)) return;
  const message =
    iss === undefined
      ? `The answer to the login does not say that it comes from ${issuer}, which promises to say so`
      : `The answer to the login does not come from ${issuer}, where the login began`;
  throw new GatewayError("login_failed", message, {
    data: {
      stage: "login",
      suggestion:
        "Somebody may be trying to pass off another login as this one. Begin again, and check where the page leads.",
    },
  });
}
