import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { localPrincipal } from "../access/principal.ts";
import { WebSocket } from "ws";
import { ManualClock } from "../core/manual-clock.ts";
import { toGatewayError } from "../core/errors.ts";
import { Gateway } from "../gateway/gateway.ts";
import { wirePair } from "../../test/rig/wire.ts";
import { Connections } from "./connections.ts";
import { WebSocketEndpoint, maxWebSockets, refuseUpgrade } from "./web-socket-endpoint.ts";
import { standDeps } from "../../test/rig/upstream-stand.ts";

const clock = new ManualClock();
const gateway = new Gateway({
  upstreams: [],
  deps: standDeps(clock),
  stateKey: Buffer.alloc(32, 7),
});
gateway.start();

const server = createServer();
const endpoint = new WebSocketEndpoint(gateway, new Connections(clock));
server.on("upgrade", (request, wire, head) => {
  try {
    const from = { principal: localPrincipal, entrance: "websocket", address: undefined } as const;
    endpoint.handle(request, wire, head, { kind: "all" }, from);
  } catch (thrown) {
    refuseUpgrade(wire, toGatewayError(thrown));
  }
});

/** A client that begins to open a WebSocket inside this process. */
function connect(): WebSocket {
  const [near, far] = wirePair();
  server.emit("connection", far);
  const client = new WebSocket("ws://127.0.0.1/mcp", "mcp", { createConnection: () => near });
  client.on("error", () => undefined);
  return client;
}

async function opens(client: WebSocket): Promise<boolean> {
  const refused = Promise.withResolvers<boolean>();
  client.once("unexpected-response", (_request, response) => {
    response.resume();
    refused.resolve(response.statusCode !== 503);
  });
  return Promise.race([once(client, "open").then(() => true), refused.promise]);
}

test("there are only so many WebSockets at once, one that leaves makes room, and a gateway that stops takes none", async () => {
  const first = connect();
  assert.ok(await opens(first));
  for (let count = 1; count < maxWebSockets; count += 1) assert.ok(await opens(connect()));
  assert.equal(await opens(connect()), false);
  const closed = once(first, "close");
  first.close();
  await closed;
  assert.ok(await opens(connect()));
  gateway.endSubscriptions();
  const leaving = endpoint.close(2000);
  clock.advance(2000);
  await leaving;
  await endpoint.close(2000);
  assert.equal(await opens(connect()), false);
  await gateway.close();
});
