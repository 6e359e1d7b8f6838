/** By what an entry that leads to this gateway is recognised. */
export interface OwnAddress {
  /** Ports of this machine on which it listens, or would. */
  readonly ports: ReadonlySet<number>;
  /** Addresses of it, as people may have written them: `http://127.0.0.1:8001`. */
  readonly origins: ReadonlySet<string>;
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const program = /(?:^|[\\/])switchyard(?:@[^\\/]*)?(?:\.cmd|\.ps1|\.exe)?$|[\\/]cli[\\/]main\.[jt]s$/i;

/**
 * Whether a client's entry leads to this gateway: by its address, also as an argument of a bridge, or as the command that serves on stdio.
 * Taken up as an upstream, it would make the gateway call itself.
 */
export function leadsHere(raw: Readonly<Record<string, unknown>>, own: OwnAddress): boolean {
  const { url, command, args } = raw;
  const words = [command, ...(Array.isArray(args) ? args : [])].filter((word) => typeof word === "string");
  if ([url, ...words].some((text) => typeof text === "string" && isOwnUrl(text, own))) return true;
  return words.some((word) => program.test(word)) && words.includes("serve") && words.includes("--stdio");
}

function isOwnUrl(text: string, { ports, origins }: OwnAddress): boolean {
  const url = URL.parse(text);
  if (url === null || !/^(?:http|ws)s?:$/.test(url.protocol) || !/^\/mcp(?:\/|$)/.test(url.pathname)) return false;
  return origins.has(url.origin) || (loopback.has(url.hostname) && ports.has(Number(url.port || "80")));
}
