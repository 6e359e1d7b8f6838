import type { Clock, StopTimer } from "../../core/clock.ts";
import { GatewayError, toGatewayError } from "../../core/errors.ts";
import type { Credentials, Refusal } from "../../transport/credentials.ts";
import type { Authorizer, AuthorizerReceiver } from "../authorizer.ts";
import { type Challenge, bearerChallenge } from "./challenge.ts";
import type { Client } from "./client-auth.ts";
import { type Login, type LoginStore, type Tokens, credentialsAt, currentTokens } from "./credentials.ts";
import { type Discovery, discover } from "./discovery.ts";
import { type Fetch, guardedFetch } from "./guarded-fetch.ts";
import { KeptLogin, type Protected, isUnknownClient, withoutClient } from "./kept-login.ts";
import { type LoginPlan, type OpenLogin, finishLogin, loginFailed, openLogin } from "./login-flow.ts";
import { type PendingLogins, loginMs } from "./pending-logins.ts";
import { chooseClient } from "./registration.ts";
import { missingFrom, scopesIn, scopesToAsk, unionOf } from "./scopes.ts";
import { refreshTokens } from "./sdk.ts";

/** What all authorizers of a gateway share. */
export interface SharedOAuth {
  readonly clock: Clock;
  readonly store: LoginStore;
  readonly logins: PendingLogins;
  /** Where authorization servers send people back to; undefined where nothing listens for them. */
  readonly redirectUri: () => string | undefined;
  /** Told of every login that begins; may bring back where it ended, for logins without a person. */
  readonly openAuthorizationUrl: ((url: URL) => Promise<URL | undefined>) | undefined;
}

/** A login that a person is asked for. Without it an upstream either is not there at all, or only refuses some calls. */
interface AskedLogin {
  readonly need: "all" | "some_calls";
  readonly login: OpenLogin;
  readonly problem: GatewayError;
}

/** A fresh address is made when this long has passed, in ms, so that the one shown always has some minutes left. */
const renewMs = loginMs / 2;
/** A token that is refused this soon after it was given, and was never taken, is not worth refreshing, in ms. Nor is what failed. */
const freshMs = 60_000;

/**
 * The OAuth client of one upstream: takes up a kept login, refreshes it, and asks for a new one where a person must log in.
 *
 * What happens on a refusal: 401 → the kept login, if another gateway renewed it → a refresh → a login. 403 for want of scopes → a login
 * that asks for these besides all earlier ones, unless they were asked for before: then the refusal stands.
 *
 * @see MCP 2026-07-28, basic/authorization.
 */
export class UpstreamAuthorizer implements Authorizer {
  readonly #upstream: Protected;
  readonly #shared: SharedOAuth;
  readonly #receiver: AuthorizerReceiver;
  readonly #kept: KeptLogin;
  readonly #closing = new AbortController();
  readonly #fetch: Fetch;
  #discovery: Discovery | undefined;
  #asked: AskedLogin | undefined;
  /** When the credentials came from a login that the upstream has not confirmed yet. */
  #unprovenSince: number | undefined;
  #flight: { readonly key: string; readonly outcome: Promise<boolean> } | undefined;
  #failure: { readonly key: string; readonly problem: GatewayError; readonly until: number } | undefined;
  #stopTimer: StopTimer | undefined;

  constructor(upstream: Protected, shared: SharedOAuth, receiver: AuthorizerReceiver) {
    this.#upstream = upstream;
    this.#shared = shared;
    this.#receiver = receiver;
    this.#kept = new KeptLogin(upstream, shared.store);
    this.#fetch = guardedFetch({ upstream: upstream.url, clock: shared.clock, signal: this.#closing.signal });
  }

  async load(): Promise<void> {
    // Logins that cannot be read matter only where the upstream wants one: it is told then.
    await this.#kept.reload().catch(() => undefined);
  }

  headers(): Credentials | undefined {
    return this.#kept.credentials;
  }

  get authorizationUrl(): string | undefined {
    return this.#asked?.login.url.href;
  }

  accepted(): void {
    this.#unprovenSince = undefined;
  }

  async appeal(refusal: Refusal, signal: AbortSignal): Promise<boolean> {
    const key = `${refusal.status} ${refusal.challenge ?? ""}`;
    while (refusal.sent === this.#kept.credentials && !this.#closing.signal.aborted) {
      const flight = this.#flight ?? this.#begin(key, refusal);
      const outcome = within(flight.outcome, signal);
      if (flight.key === key) return outcome;
      await outcome.catch(() => undefined);
      signal.throwIfAborted();
    }
    return !this.#closing.signal.aborted;
  }

  close(): void {
    this.#stopTimer?.();
    this.#asked = undefined;
    this.#closing.abort(new GatewayError("shutting_down", "The upstream is no longer used"));
  }

  #begin(key: string, refusal: Refusal): { readonly key: string; readonly outcome: Promise<boolean> } {
    const challenge = bearerChallenge(refusal.challenge);
    const answer = refusal.status === 401 ? this.#renew(challenge, refusal.attempt) : this.#stepUp(challenge);
    const outcome = answer.finally(() => {
      this.#flight = undefined;
    });
    this.#flight = { key, outcome };
    return this.#flight;
  }

  async #renew(challenge: Challenge | undefined, attempt: number): Promise<boolean> {
    const before = this.#kept.credentials;
    const login = await this.#kept.reload();
    if (this.#kept.credentials !== before) return true;
    if (this.#asked?.need === "all") throw this.#asked.problem;
    const discovery = await this.#discover(challenge, login);
    if (discovery === undefined) return false;
    const { issuer } = discovery.server;
    const isRefusedFresh = this.#isFresh() && login?.issuer === issuer;
    if (isRefusedFresh && this.#shared.openAuthorizationUrl !== undefined) throw await this.#refusedFresh(issuer);
    if (attempt === 0 && !isRefusedFresh && (await this.#refreshAlone(discovery))) return true;
    return this.#logIn(discovery, challenge?.scopes ?? [], "all");
  }

  async #stepUp(challenge: Challenge | undefined): Promise<boolean> {
    if (challenge?.error !== "insufficient_scope" || challenge.scopes.length === 0) return false;
    const before = this.#kept.credentials;
    const login = await this.#kept.reload();
    if (this.#kept.credentials !== before) return true;
    const tokens = currentTokens(login);
    if (tokens !== undefined) {
      const { asked = [] } = credentialsAt(login, login?.issuer ?? "");
      const missing = missingFrom(tokens.granted, challenge.scopes);
      if (missingFrom(asked, missing).length === 0) throw this.#notEnough(challenge.scopes, missing);
    }
    if (this.#asked !== undefined && missingFrom(this.#asked.login.plan.scopes, challenge.scopes).length === 0) {
      throw this.#asked.problem;
    }
    return this.#stepUpOnce(challenge, login);
  }

  /** What has just failed for these scopes fails again at once: an upstream may need them for every call. */
  async #stepUpOnce(challenge: Challenge, login: Login | undefined): Promise<boolean> {
    const key = challenge.scopes.join(" ");
    const now = this.#shared.clock.monotonic();
    if (this.#failure?.key === key && now < this.#failure.until) throw this.#failure.problem;
    try {
      const discovery = this.#discovery ?? (await this.#discover(challenge, login));
      if (discovery === undefined) return false;
      return await this.#logIn(discovery, challenge.scopes, "some_calls");
    } catch (thrown) {
      const problem = toGatewayError(thrown);
      if (problem.code !== "login_required") this.#failure = { key, problem, until: now + freshMs };
      throw problem;
    }
  }

  async #discover(challenge: Challenge | undefined, login: Login | undefined): Promise<Discovery | undefined> {
    const { url } = this.#upstream;
    const known = Object.keys(login?.issuers ?? {}).toReversed();
    this.#discovery = await discover({
      upstream: url,
      metadataUrl: challenge?.metadataUrl,
      known,
      fetchFn: this.#fetch,
    });
    return this.#discovery;
  }

  /** A refresh token may serve once: of gateways that share the login, one refreshes it and the others take that over. */
  async #refreshAlone(discovery: Discovery): Promise<boolean> {
    const before = this.#kept.credentials;
    return this.#shared.store.alone(this.#upstream.name, async () => {
      const login = await this.#kept.reload();
      return this.#kept.credentials !== before || this.#refresh(discovery, login);
    });
  }

  /** Whether it worked; where it did not, nothing is left of what did not work. */
  async #refresh({ server, resource }: Discovery, login: Login | undefined): Promise<boolean> {
    const { tokens } = credentialsAt(login, server.issuer);
    if (tokens?.refreshToken === undefined || tokens.resource !== resource) return false;
    const client = this.#clientOf(tokens);
    if (client === undefined) return false;
    const request = { server, client, resource, fetchFn: this.#fetch };
    const answer = await refreshTokens(request, tokens.refreshToken);
    if (answer.kind === "granted") {
      const { accessToken, refreshToken = tokens.refreshToken, scope } = answer.tokens;
      const granted = scope === undefined ? tokens.granted : scopesIn(scope);
      await this.#kept.keep(server.issuer, (known) => ({
        ...known,
        tokens: { ...tokens, accessToken, refreshToken, granted },
      }));
      return true;
    }
    await this.#kept.forget(server.issuer, answer.error);
    return false;
  }

  #clientOf({ clientId, registered }: Tokens): Client | undefined {
    const { settings } = this.#upstream;
    if (settings.clientId === clientId) return { id: clientId, secret: settings.clientSecret };
    if (settings.clientMetadataUrl === clientId) return { id: clientId };
    return registered;
  }

  async #logIn(discovery: Discovery, challenged: readonly string[], need: AskedLogin["need"]): Promise<boolean> {
    const { logins, openAuthorizationUrl } = this.#shared;
    const plan = await this.#plan(discovery, challenged);
    const asked = await this.#ask(plan, need);
    const answer = await openAuthorizationUrl?.(asked.login.url);
    if (answer === undefined) throw asked.problem;
    const { state } = asked.login;
    const pending = answer.searchParams.get("state") === state ? logins.take(state) : undefined;
    if (pending === undefined) throw loginFailed("The answer to the login is not that of the login that was begun");
    await pending.complete(answer.searchParams);
    return true;
  }

  async #plan(discovery: Discovery, challenged: readonly string[]): Promise<LoginPlan> {
    const { name, settings } = this.#upstream;
    const { server } = discovery;
    const login = await this.#kept.reload();
    this.#checkConfigured(login, server.issuer);
    const redirectUri = this.#shared.redirectUri();
    if (redirectUri === undefined) throw loginRequired(name, `Run \`switchyard login ${name}\` beside this.`);
    const known = credentialsAt(login, server.issuer);
    const scopes = scopesToAsk({
      challenged,
      configured: settings.scopes ?? [],
      earlier: known.asked ?? [],
      ofResource: discovery.scopes,
      ofServer: server.scopes_supported ?? [],
    });
    const now = this.#shared.clock.now();
    const options = { server, settings, registered: known.client, redirectUri, scopes, now, fetchFn: this.#fetch };
    const chosen = await chooseClient(options);
    if (chosen.kind === "registered" && chosen.isNew) {
      await this.#kept.change(server.issuer, (credentials) => ({ ...credentials, client: chosen.client }));
    }
    return { discovery, client: chosen.client, isRegistered: chosen.kind === "registered", redirectUri, scopes };
  }

  /** @see MCP 2026-07-28, basic/authorization/client-registration, Authorization Server Binding. */
  #checkConfigured(login: Login | undefined, issuer: string): void {
    const { name, settings } = this.#upstream;
    const bound = login?.configured;
    if (bound === undefined || bound.clientId !== settings.clientId || bound.issuer === issuer) return;
    throw new GatewayError(
      "upstream_refused_credentials",
      `The upstream "${name}" now takes logins at ${issuer}, where oauth.clientId is not known: it is a client of ${bound.issuer}`,
      { data: { stage: "login", suggestion: `Register a client at ${issuer} and configure that one.` } },
    );
  }

  async #ask(plan: LoginPlan, need: AskedLogin["need"]): Promise<AskedLogin> {
    const { logins, clock } = this.#shared;
    const { name } = this.#upstream;
    const login = await openLogin(plan, logins.newState());
    this.#closing.signal.throwIfAborted();
    logins.add(login.state, { upstream: name, complete: (answer) => this.#complete(login, answer) });
    const asked = {
      need,
      login,
      problem: loginRequired(name, `Open this address and log in: ${login.url.href}`, login.url.href),
    };
    this.#asked = asked;
    this.#stopTimer?.();
    this.#stopTimer = clock.after(need === "all" ? renewMs : loginMs, () => {
      if (need === "all") void this.#askAgain(plan);
      else this.#asked = undefined;
    });
    return asked;
  }

  /** Puts a fresh address in the place of one that is running out; or goes on, where somebody has logged in elsewhere. */
  async #askAgain(plan: LoginPlan): Promise<void> {
    const before = this.#kept.credentials;
    try {
      await this.#kept.reload();
      if (this.#closing.signal.aborted) return;
      if (this.#kept.credentials === before) this.#receiver.loginChanged((await this.#ask(plan, "all")).problem);
      else this.#loggedIn();
    } catch (thrown) {
      if (!this.#closing.signal.aborted) this.#failed(toGatewayError(thrown));
    }
  }

  async #complete(login: OpenLogin, answer: URLSearchParams): Promise<void> {
    const { discovery, client, scopes } = login.plan;
    const { issuer } = discovery.server;
    try {
      if (this.#closing.signal.aborted) throw loginFailed("The upstream that this login was for is no longer used");
      const outcome = await finishLogin(login, answer, this.#fetch);
      if (outcome.kind === "refused") {
        if (isUnknownClient(outcome.error)) await this.#kept.change(issuer, withoutClient);
        throw loginFailed(`The authorization server ${issuer} refused the login (${outcome.error})`);
      }
      await this.#kept.keep(issuer, (known) => ({
        ...known,
        tokens: outcome.tokens,
        asked: unionOf(known.asked ?? [], scopes),
      }));
      await this.#kept.bind(client, issuer);
    } catch (thrown) {
      const problem = toGatewayError(thrown);
      this.#failed(problem);
      throw problem;
    }
    this.#unprovenSince = this.#asked?.need === "some_calls" ? undefined : this.#shared.clock.monotonic();
    this.#loggedIn();
  }

  #loggedIn(): void {
    this.#stopTimer?.();
    this.#asked = undefined;
    this.#receiver.loggedIn();
  }

  #failed(problem: GatewayError): void {
    const need = this.#asked?.need;
    this.#stopTimer?.();
    this.#asked = undefined;
    if (need === "all") this.#receiver.loginChanged(problem);
  }

  #isFresh(): boolean {
    return this.#unprovenSince !== undefined && this.#shared.clock.monotonic() - this.#unprovenSince < freshMs;
  }

  async #refusedFresh(issuer: string): Promise<GatewayError> {
    await this.#kept.forget(issuer, "invalid_token");
    const { name } = this.#upstream;
    return new GatewayError(
      "upstream_refused_credentials",
      `The upstream "${name}" refuses what ${issuer} has just given for it`,
      {
        data: {
          stage: "login",
          suggestion: "Ask whoever runs the upstream: it and its authorization server do not agree.",
        },
      },
    );
  }

  #notEnough(wanted: readonly string[], missing: readonly string[]): GatewayError {
    const { name } = this.#upstream;
    const message =
      missing.length === 0
        ? `The upstream "${name}" refuses a call for want of ${wanted.join(" ")}, which the login has`
        : `The upstream "${name}" refuses a call for want of ${missing.join(" ")}, which the login was asked for and did not give`;
    return new GatewayError("upstream_refused_credentials", message, {
      data: { stage: "login", suggestion: "Ask whoever runs the upstream, or log in as somebody who may do more." },
    });
  }
}

function loginRequired(name: string, suggestion: string, authorizationUrl?: string): GatewayError {
  return new GatewayError("login_required", `The upstream "${name}" needs a login`, {
    data: { stage: "login", suggestion, ...(authorizationUrl === undefined ? {} : { authorizationUrl }) },
  });
}

async function within<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const give = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The call was cancelled"));
  };
  signal.addEventListener("abort", give);
  if (signal.aborted) give();
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    signal.removeEventListener("abort", give);
  }
}
