/** How a client says at the token endpoint who it is. */
export type ClientAuthMethod = "client_secret_basic" | "client_secret_post" | "none";

/** What an authorization server knows us by. */
export interface Client {
  readonly id: string;
  readonly secret?: string | undefined;
  /** What it wants at its token endpoint, where it said so at registration. */
  readonly authMethod?: string | undefined;
}

/**
 * The way to use at a token endpoint that announces these ways; none announced means `client_secret_basic` (RFC 8414, 2).
 *
 * What was agreed at registration goes first.
 */
export function clientAuthMethod(client: Client, announced: readonly string[] | undefined): ClientAuthMethod {
  const mayUse = (method: ClientAuthMethod): boolean => announced === undefined || announced.includes(method);
  const agreed = methods.find((method) => method === client.authMethod);
  if (agreed !== undefined && mayUse(agreed) && (agreed === "none" || client.secret !== undefined)) return agreed;
  if (client.secret === undefined) return "none";
  return mayUse("client_secret_basic") || !mayUse("client_secret_post") ? "client_secret_basic" : "client_secret_post";
}

const methods = ["client_secret_basic", "client_secret_post", "none"] as const satisfies readonly ClientAuthMethod[];

/** The way to register for: without a secret where the server allows it, as nobody then has to keep one. */
export function methodToRegister(announced: readonly string[] | undefined): ClientAuthMethod | undefined {
  if (announced === undefined) return undefined;
  return (["none", "client_secret_basic", "client_secret_post"] as const).find((method) => announced.includes(method));
}

/** Puts what the client is known by into a token request. */
export function applyClientAuth(
  client: Client,
  method: ClientAuthMethod,
  headers: Headers,
  body: URLSearchParams,
): void {
  if (method === "client_secret_basic" && client.secret !== undefined) {
    const pair = `${formEncoded(client.id)}:${formEncoded(client.secret)}`;
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
    return;
  }
  body.set("client_id", client.id);
  if (method === "client_secret_post" && client.secret !== undefined) body.set("client_secret", client.secret);
}

/** As RFC 6749, 2.3.1 wants both parts before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
