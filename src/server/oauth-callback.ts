import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../core/errors.ts";

/** Where authorization servers send people back to. */
export const callbackPath = "/oauth/callback";

/** Takes the answers to logins. */
export interface LoginDesk {
  /** `answer` is the query that the browser brought. Never rejects. */
  complete(
    answer: URLSearchParams,
  ): Promise<
    | { readonly kind: "logged_in"; readonly upstream: string }
    | { readonly kind: "refused"; readonly reason: string; readonly suggestion: string }
  >;
}

/**
 * Takes a person who comes back from a login, and says in a page how it went.
 *
 * @throws {GatewayError} `method_not_allowed`.
 * @see RFC 6749, 4.1.2; MCP 2026-07-28, basic/authorization.
 */
export function answerCallback(request: IncomingMessage, response: ServerResponse, desk: LoginDesk): void {
  if (request.method !== "GET") throw new GatewayError("method_not_allowed", `${callbackPath} takes GET only`);
  const query = request.url?.split("?")[1] ?? "";
  void desk.complete(new URLSearchParams(query)).then((outcome) => {
    if (outcome.kind === "logged_in") {
      send(response, 200, "Logged in", `Switchyard may now use ${outcome.upstream}. You can close this page.`);
    } else {
      send(response, 400, "Not logged in", `${outcome.reason}. ${outcome.suggestion}`);
    }
  });
}

function send(response: ServerResponse, status: number, title: string, text: string): void {
  if (response.destroyed) return;
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>body{font:1rem/1.5 system-ui;margin:4rem auto;max-width:40rem;padding:0 1rem}</style><h1>${escaped(title)}</h1><p>${escaped(text)}</p></html>`;
  const body = Buffer.from(page);
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-length": body.length,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    // The address of this page holds the code.
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
