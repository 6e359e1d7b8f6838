import { createServer } from "node:http";
import type { JsonObject } from "../src/core/json.ts";
import { nothingToAsk, serveParent } from "./child.ts";
import { listenLocally } from "./listen.ts";

/** An MCP server that lets nobody in, and the authorization server that it names: whoever comes is asked to log in, and nobody ever does. */

let origin = "";

const answers: Readonly<Record<string, () => JsonObject>> = {
  "/.well-known/oauth-protected-resource/mcp": () => ({
    resource: `${origin}/mcp`,
    authorization_servers: [origin],
  }),
  "/.well-known/oauth-authorization-server": () => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
  }),
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const known = answers[request.url ?? ""];
    if (known !== undefined) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(known()));
    } else if (request.url === "/register") {
      response.writeHead(201, { "content-type": "application/json" });
      response.end(`{"client_id":"bench",${Buffer.concat(chunks).toString().slice(1)}`);
    } else if (request.url === "/mcp") {
      const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
      response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${metadata}"` }).end();
    } else response.writeHead(404).end();
  });
});

const listening = await listenLocally(server);
origin = listening.origin;
serveParent(listening, nothingToAsk);
