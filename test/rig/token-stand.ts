import { createServer } from "node:http";
import { type CryptoKey, type JWTPayload, SignJWT, exportJWK, generateKeyPair } from "jose";
import type { Rig } from "./rig.ts";

/** An issuer of access tokens on this machine, whose tokens the test makes as it likes. */
export interface TokenIssuer {
  readonly issuer: string;
  /** A token signed by this issuer's key; claims and header are added to, or take the place of, good ones. */
  token(claims?: JWTPayload, header?: { readonly alg?: string; readonly kid?: string }): Promise<string>;
  /** Its private key, and its public key as PEM. */
  readonly key: CryptoKey;
  /** How often its keys were fetched. */
  readonly fetches: () => number;
  /** Signs with a new key from now on; the old one is no longer published. */
  rotate(): Promise<void>;
  /** Answers everything with 500 until it is called with false. */
  fail(isFailing: boolean): void;
}

/** The audience of all tokens. */
export const audience = "https://gateway.example.com/mcp";

/** Starts one; `metadata` takes the place of what its metadata say. */
export async function tokenIssuer(rig: Rig, metadata: Readonly<Record<string, unknown>> = {}): Promise<TokenIssuer> {
  let { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  let [kid, fetches, isFailing] = ["k1", 0, false];
  const server = createServer((request, response) => {
    const answer = async (): Promise<unknown> => {
      if (request.url?.startsWith("/.well-known/oauth-authorization-server") === true) {
        return { issuer, jwks_uri: `${issuer}/keys`, ...metadata };
      }
      fetches += 1;
      return { keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }] };
    };
    void answer().then((value) => {
      response.writeHead(isFailing ? 500 : 200, { "content-type": "application/json", connection: "close" });
      response.end(isFailing ? "{}" : JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  rig.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const issuer = `http://127.0.0.1:${address.port}`;
  return {
    issuer,
    get key() {
      return privateKey;
    },
    fetches: () => fetches,
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: issuer, aud: audience, sub: "ada", scope: "use", iat: now, exp: now + 300, ...claims })
        .setProtectedHeader({ alg: "ES256", kid, ...header })
        .sign(privateKey);
    },
    async rotate() {
      ({ privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true }));
      kid = "k2";
    },
    fail(failing) {
      isFailing = failing;
    },
  };
}
