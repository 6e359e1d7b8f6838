import assert from "node:assert/strict";
import { type IncomingMessage, createServer, request } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { readBody } from "./body.ts";

/** What is said of a body that comes in these chunks, each in a turn of its own, where at most 10 bytes may. */
async function saidOf(chunks: readonly string[]): Promise<readonly string[]> {
  const said: string[] = [];
  const server = createServer((incoming: IncomingMessage, response) => {
    readBody(
      incoming,
      (body) => {
        said.push(body instanceof GatewayError ? body.code : body.toString());
      },
      10,
    );
    incoming.on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = Object(server.address());
  const sent = request({ port, method: "POST", headers: { "transfer-encoding": "chunked" } });
  const answered = once(sent, "response");
  for (const chunk of chunks) {
    sent.write(chunk);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  sent.end();
  const [response] = await answered;
  response.resume();
  server.close();
  await once(server, "close");
  return said;
}

test("a body that is too large is refused once, whichever chunk makes it so, the first alone too", async () => {
  const long = "x".repeat(11);
  for (const chunks of [[long], [long, long], ["x".repeat(10), "x"], ["x", long, "x"]]) {
    assert.deepEqual(await saidOf(chunks), ["body_too_large"], JSON.stringify(chunks));
  }
  assert.deepEqual(await saidOf(["12345", "67890"]), ["1234567890"]);
  assert.deepEqual(await saidOf([]), [""]);
});
