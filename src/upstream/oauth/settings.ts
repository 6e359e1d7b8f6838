/** What an operator says about logging in to one upstream. All may be absent: most upstreams say themselves what is needed. */
export interface OAuthSettings {
  /** A client that somebody registered by hand. Known at one authorization server only. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Scopes that every login asks for. Absent: those that the upstream names. */
  readonly scopes?: readonly string[];
  /** An https address of a client ID metadata document, which describes us to authorization servers that take such. */
  readonly clientMetadataUrl?: string;
}
