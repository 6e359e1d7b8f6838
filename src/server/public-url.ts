import { BlockList, isIP } from "node:net";
import type { ListenOptions } from "./listen-options.ts";
import type { HttpRequest } from "./http-exchange.ts";

/**
 * How the gateway is seen from outside, and who is behind the proxies in front of it. What a request says of that counts only where it
 * comes from a proxy that is trusted: anybody can write such headers.
 *
 * @see RFC 7239; X-Forwarded-For, -Proto and -Host.
 */
export class PublicUrl {
  readonly #configured: string | undefined;
  readonly #trusted: BlockList | undefined;

  constructor({ publicUrl, trustedProxies = [] }: Pick<ListenOptions, "publicUrl" | "trustedProxies">) {
    this.#configured = publicUrl?.replace(/\/+$/, "");
    this.#trusted = trustedProxies.length === 0 ? undefined : blockList(trustedProxies);
  }

  /** Under what address a request has reached the gateway, without a slash at the end. Its Host has been checked. */
  of(request: HttpRequest): string {
    if (this.#configured !== undefined) return this.#configured;
    const scheme = this.#isProxied(request) && isHttps(request) ? "https" : "http";
    return `${scheme}://${this.hostOf(request) ?? "localhost"}`;
  }

  /** The host that a client has asked for: as its trusted proxy says, else as the request does. */
  hostOf(request: HttpRequest): string | undefined {
    const { host } = request.headers;
    if (!this.#isProxied(request)) return host;
    return lastOf(textIn(request, "x-forwarded-host")) ?? forwardedIn(request, "host").at(-1) ?? host;
  }

  /** The address of the client: the last one before the trusted proxies. */
  addressOf(request: HttpRequest): string {
    const nearest = request.socket.remoteAddress ?? "";
    if (!this.#isProxied(request)) return nearest;
    const named = textIn(request, "x-forwarded-for")?.split(",") ?? forwardedIn(request, "for");
    for (const name of named.toReversed()) {
      const address = addressIn(name);
      if (address === undefined) return nearest;
      if (!this.#isTrusted(address)) return address;
    }
    return nearest;
  }

  #isProxied({ socket }: HttpRequest): boolean {
    return this.#trusted !== undefined && this.#isTrusted(socket.remoteAddress ?? "");
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted?.check(address, family === 4 ? "ipv4" : "ipv6") === true;
  }
}

/** Whether a text is an address, or a range of them such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128);
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isHttps(request: HttpRequest): boolean {
  const scheme = lastOf(textIn(request, "x-forwarded-proto")) ?? forwardedIn(request, "proto").at(-1);
  return scheme?.toLowerCase() === "https";
}

function textIn({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.join(",");
}

/** What the proxy nearest to us has added. */
function lastOf(list: string | undefined): string | undefined {
  const last = list?.split(",").at(-1)?.trim();
  return last === "" ? undefined : last;
}

/** The values of a parameter in the Forwarded header, the nearest proxy's last. */
function forwardedIn(request: HttpRequest, parameter: string): string[] {
  const elements = textIn(request, "forwarded")?.split(",") ?? [];
  return elements.flatMap((element) => {
    const pair = element.split(";").find((each) => each.trim().toLowerCase().startsWith(`${parameter}=`));
    const value = pair
      ?.slice(pair.indexOf("=") + 1)
      .trim()
      .replace(/^"(.*)"$/, "$1");
    return value === undefined || value === "" ? [] : [value];
  });
}

function addressIn(text: string): string | undefined {
  const bare = text.trim().replace(/^\[([^\]]+)\](?::\d+)?$/, "$1");
  const address = isIP(bare) === 0 ? bare.replace(/:\d+$/, "") : bare;
  return isIP(address) === 0 ? undefined : address;
}
