import { isIP } from "node:net";

/** Whether an address names this machine. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  if (isIP(hostname) === 4) return hostname.startsWith("127.");
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]";
}

/**
 * The address where an upstream, or what it refers to, sends us for a login; undefined where it must not be followed.
 *
 * Only https, so that nobody between can read or change what goes over it. This machine itself, also by http, only where the upstream
 * is on it: else a server on the internet could make us call what listens here.
 *
 * @see MCP 2026-07-28, basic/authorization/security-considerations, Communication Security.
 */
export function safeUrl(text: string | URL, upstream: URL): URL | undefined {
  const url = URL.parse(String(text));
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  if (isLoopbackUrl(url)) return isLoopbackUrl(upstream) && /^https?:$/.test(url.protocol) ? url : undefined;
  return url.protocol === "https:" ? url : undefined;
}
