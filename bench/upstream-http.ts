import { createServer } from "node:http";
import { nothingToAsk, serveParent } from "./child.ts";
import { echoAnswer } from "./echo.ts";
import { listenLocally } from "./listen.ts";

/** An MCP server over Streamable HTTP that does as little as one can. `node upstream-http.ts modern|legacy`. */

const era = process.argv[2] === "legacy" ? "legacy" : "modern";

const server = createServer((request, response) => {
  if (request.method !== "POST") {
    response.writeHead(405).end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
  });
  request.on("end", () => {
    const [first] = chunks;
    const body = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    const answer = echoAnswer(JSON.parse(body.toString()), era);
    if (answer === undefined) {
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) });
    response.end(answer);
  });
});

serveParent(await listenLocally(server), nothingToAsk);
