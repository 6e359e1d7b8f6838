import type { Credentials } from "../../transport/credentials.ts";
import type { Client } from "./client-auth.ts";
import {
  type IssuerCredentials,
  type Login,
  type LoginStore,
  type Tokens,
  credentialsAt,
  currentTokens,
  emptyLogin,
  withCredentials,
} from "./credentials.ts";
import type { OAuthSettings } from "./settings.ts";

/** The upstream that an authorizer is for. */
export interface Protected {
  readonly name: string;
  readonly url: URL;
  readonly settings: OAuthSettings;
}

/** The login of one upstream as it is kept, which several gateways may share, and what its requests carry of it. */
export class KeptLogin {
  readonly #upstream: Protected;
  readonly #store: LoginStore;
  #credentials: Credentials | undefined;

  constructor(upstream: Protected, store: LoginStore) {
    this.#upstream = upstream;
    this.#store = store;
  }

  /** What requests carry; undefined where nothing is known. Another object once it is another login. */
  get credentials(): Credentials | undefined {
    return this.#credentials;
  }

  /** What is kept for this upstream; from now on also what requests carry. */
  async reload(): Promise<Login | undefined> {
    const { name, url } = this.#upstream;
    const kept = await this.#store.read(name);
    const login = kept?.url === url.href ? kept : undefined;
    this.#use(currentTokens(login));
    return login;
  }

  #use(tokens: Tokens | undefined): void {
    const authorization = tokens === undefined ? undefined : `Bearer ${tokens.accessToken}`;
    if (this.#credentials?.["authorization"] === authorization) return;
    this.#credentials = authorization === undefined ? undefined : { authorization };
  }

  /** New tokens: used at once, and kept. */
  async keep(
    issuer: string,
    change: (known: IssuerCredentials) => IssuerCredentials & { readonly tokens: Tokens },
  ): Promise<void> {
    await this.change(
      issuer,
      (known) => {
        const next = change(known);
        this.#use(next.tokens);
        return next;
      },
      issuer,
    );
  }

  /** Notes whose client that is which the configuration names. */
  async bind(client: Client, issuer: string): Promise<void> {
    const { name, settings } = this.#upstream;
    if (client.id !== settings.clientId) return;
    const configured = { clientId: client.id, issuer };
    await this.#store.change(name, (login) => (login === undefined ? undefined : { ...login, configured }));
  }

  /** Drops the tokens of an authorization server, and the client that it registered where it no longer knows that. */
  async forget(issuer: string, error: string): Promise<void> {
    await this.change(issuer, ({ asked = [], client }) => ({
      asked,
      ...(client === undefined || isUnknownClient(error) ? {} : { client }),
    }));
    await this.reload();
  }

  /** Changes what is kept of an authorization server; `current` names the one whose tokens count from now on. */
  async change(
    issuer: string,
    change: (known: IssuerCredentials) => IssuerCredentials,
    current?: string,
  ): Promise<void> {
    const { name, url } = this.#upstream;
    await this.#store.change(name, (kept) => {
      const login = kept?.url === url.href ? kept : emptyLogin(url.href);
      const next = withCredentials(login, issuer, change(credentialsAt(login, issuer)));
      return current === undefined ? next : { ...next, issuer: current };
    });
  }
}

/** Without the client that an authorization server no longer knows. */
export function withoutClient({ tokens, asked = [] }: IssuerCredentials): IssuerCredentials {
  return { asked, ...(tokens === undefined ? {} : { tokens }) };
}

/** Whether an authorization server means by this error that it does not know the client. */
export function isUnknownClient(error: string): boolean {
  return error === "invalid_client" || error === "unauthorized_client";
}
