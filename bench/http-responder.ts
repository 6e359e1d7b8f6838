import { createServer } from "node:http";
import { systemClock } from "../src/core/clock.ts";
import { readBody } from "../src/server/body.ts";
import type { HttpRequest, HttpResponse } from "../src/server/http-exchange.ts";
import { QuickLane } from "../src/server/quick-lane.ts";
import { nothingToAsk, serveParent } from "./child.ts";
import { listenLocally } from "./listen.ts";

/** A server that parses each call and answers it with what it said. `node http-responder.ts node|lane`: read by Node alone, or by the gateway's quick lane. */

function answer(request: HttpRequest, response: HttpResponse): void {
  readBody(request, (body) => {
    const frame = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    response.writeHead(200, { "content-type": "application/json", "content-length": frame.length });
    response.end(frame);
  });
}

const server = createServer({ keepAliveTimeout: 75_000 }, answer);
const ready = await listenLocally(server);
const lane = process.argv[2] === "lane" ? new QuickLane(server, systemClock, answer) : undefined;
serveParent(ready, nothingToAsk, () => {
  lane?.close();
  lane?.destroy();
});
