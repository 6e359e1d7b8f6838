/** Headers that say who we are. The same object for as long as they are the same. */
export type Credentials = Readonly<Record<string, string>>;

/** A request, or the opening of a stream, that was refused for want of credentials. */
export interface Refusal {
  readonly status: 401 | 403;
  /** Its `WWW-Authenticate`. */
  readonly challenge: string | undefined;
  /** What {@link CredentialSource.headers} gave for it. */
  readonly sent: Credentials | undefined;
  /** How often this very request was refused before. */
  readonly attempt: number;
}

/** Where the credentials for one server come from. */
export interface CredentialSource {
  /** What every request and every handshake carries now; undefined where nothing is needed yet. */
  headers(): Credentials | undefined;
  /**
   * Gets better credentials; true where the request is worth sending again. Refusals at the same time share one attempt.
   *
   * @throws {GatewayError} why there are none; the signal's reason.
   */
  appeal(refusal: Refusal, signal: AbortSignal): Promise<boolean>;
}

/** How often one request is sent again with better credentials: once for a token that ran out, once for one that lacks a scope. */
export const maxAppeals = 2;

/** Whether a status refuses credentials. */
export function isRefusal(status: number): status is Refusal["status"] {
  return status === 401 || status === 403;
}

/** What an answer says about the credentials that it wants. */
export function challengeIn(headers: { readonly "www-authenticate"?: string | undefined }): string | undefined {
  return headers["www-authenticate"];
}

/** What became of one attempt to open something. */
export type Opening<T> =
  | { readonly kind: "open"; readonly opened: T }
  | { readonly kind: "refused"; readonly status: Refusal["status"]; readonly challenge: string | undefined };

/**
 * Opens something that wants credentials, again with better ones as long as these are to be had; the last refusal, where not.
 *
 * @throws {GatewayError} what `open` and {@link CredentialSource.appeal} throw.
 */
export async function openWith<T>(
  source: CredentialSource | undefined,
  signal: AbortSignal,
  open: (credentials: Credentials | undefined) => Promise<Opening<T>>,
): Promise<Opening<T>> {
  for (let attempt = 0; ; attempt += 1) {
    const sent = source?.headers();
    const opening = await open(sent);
    if (opening.kind === "open" || source === undefined || attempt >= maxAppeals) return opening;
    const { status, challenge } = opening;
    if (!(await source.appeal({ status, challenge, sent, attempt }, signal))) return opening;
  }
}
