import { isIP } from "node:net";
import { GatewayError } from "../core/errors.ts";
import type { ListenOptions } from "./listen-options.ts";

const loopbackNames: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether an address to bind can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * Refuses to listen where strangers could call and nobody is asked who they are.
 *
 * @throws {GatewayError} `unsafe_listen`.
 */
export function checkListen({ host }: ListenOptions, isAsked: boolean): void {
  if (isAsked || isLoopback(host)) return;
  throw new GatewayError(
    "unsafe_listen",
    `listen.host is ${JSON.stringify(host)}, which others can reach, and nothing would ask them who they are`,
    { data: { host } },
  );
}

type GuardOptions = Pick<ListenOptions, "host" | "allowedHosts" | "allowedOrigins" | "publicUrl">;

/**
 * Keeps web pages of strangers out: a page that was let into the browser under a name of its own can reach loopback addresses, but its
 * requests carry that name as Host and Origin.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, Security.
 */
export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  /** Host headers that were found good; nearly every request repeats one. Bounded. */
  readonly #goodHosts = new Set<string>();

  constructor({ host, allowedHosts, allowedOrigins, publicUrl }: GuardOptions) {
    const known = publicUrl === undefined ? [] : [new URL(publicUrl)];
    const hosts = [...allowedHosts, ...known.map(({ hostname }) => hostname)];
    this.#hosts = new Set([...loopbackNames, bracketed(host), ...hosts.map((name) => name.toLowerCase())]);
    const origins = [...allowedOrigins, ...known.map(({ origin }) => origin)];
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
  }

  /**
   * @throws {GatewayError} `forbidden_host`, `forbidden_origin`.
   */
  check(host: string | undefined, origin: string | undefined): void {
    if (host === undefined || !this.#goodHosts.has(host)) this.#checkHost(host);
    if (origin !== undefined) this.#checkOrigin(origin);
  }

  #checkHost(host: string | undefined): void {
    const name = host?.toLowerCase().replace(/:\d{1,5}$/, "");
    if (host === undefined || name === undefined || !this.#hosts.has(name)) {
      throw new GatewayError("forbidden_host", `The gateway is not known as ${shown(host)}`);
    }
    if (this.#goodHosts.size < maxGoodHosts) this.#goodHosts.add(host);
  }

  #checkOrigin(origin: string): void {
    if (this.#origins.has(origin.toLowerCase())) return;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url === undefined || !loopbackNames.has(url.hostname)) {
      throw new GatewayError("forbidden_origin", `Web pages of ${shown(origin)} may not call`);
    }
  }
}

const maxGoodHosts = 64;

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}

function shown(value: string | undefined): string {
  return value === undefined ? "an absent Host header" : JSON.stringify(value.slice(0, 100));
}
