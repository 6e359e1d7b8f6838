import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What happens at a gateway, sent to a program that listens. */

const rig = fileRig();
const secret = "a text of at least 24 characters";

interface Taken {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** A receiver that answers with this status. */
async function receiver(status: number): Promise<{ readonly url: string; readonly taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      taken.push({ headers: request.headers, text });
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  rig.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { url: `http://127.0.0.1:${address.port}/hook?token=t`, taken };
}

test("what happens is sent signed to who wants it; an operator sees what became of it, without what is secret", async () => {
  const [good, moved] = [await receiver(204), await receiver(302)];
  const topics = ["upstreams"] as const;
  const hook = { secret, topics, types: ["circuit_*"] };
  const stand = await accessStand(
    rig,
    { mine: fullServer("mine") },
    {
      webhooks: [
        { ...hook, name: "good", url: good.url },
        { ...hook, name: "moved", url: moved.url },
        { ...hook, name: "forbidden", url: "http://169.254.169.254/latest/meta-data" },
      ],
    },
  );
  const { events } = stand.switchyard;
  events.append({ type: "breaker.opened", upstream: "mine", cycles: 1 });
  events.append({ type: "call.lagged", upstream: "mine", elapsedMs: 1, timeoutMs: 2 });
  const { seq } = events.append({ type: "breaker.closed", upstream: "mine", cycles: 0 });
  await until(() => good.taken.length === 2, "both are taken");
  const [, last] = good.taken;
  const id = `${events.epoch}-${seq}-0`;
  const { "webhook-id": sent, "webhook-timestamp": at, "webhook-signature": signature } = last?.headers ?? {};
  assert.equal(sent, id);
  const expected = createHmac("sha256", secret)
    .update(`${id}.${String(at)}.${last?.text}`)
    .digest("base64");
  assert.equal(signature, `v1,${expected}`);
  const message: unknown = JSON.parse(last?.text ?? "");
  assert.ok(isJsonObject(message));
  assert.deepEqual([message["type"], objectAt(message, "data")?.["newState"]], ["circuit_breaker_state", "closed"]);

  const admin = bearer(stand.switchyard.localKey);
  const listOf = async (path: string, name: string): Promise<JsonObject[]> => {
    const { body } = await stand.rest(path, admin);
    const list = body[name];
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
  };
  const failures = async (name: string): Promise<JsonObject[]> =>
    (await listOf(`/api/webhooks/${name}/deliveries`, "deliveries")).filter(({ outcome }) => outcome === "failed");
  await until(
    async () => (await failures("moved")).length === 1 && (await failures("forbidden")).length === 1,
    "both failed",
  );
  assert.equal((await failures("moved"))[0]?.["status"], 302, "a redirect is not followed");
  assert.equal(moved.taken.length, 1);
  assert.match(String((await failures("forbidden"))[0]?.["problem"]), /link-local/);
  const hooks = await listOf("/api/webhooks", "webhooks");
  assert.deepEqual(
    hooks.map(({ name, state, delivered }) => [name, state, delivered]),
    [
      ["good", "idle", 2],
      ["moved", "retrying", 0],
      ["forbidden", "retrying", 0],
    ],
  );
  assert.doesNotMatch(JSON.stringify(hooks), /token|hook\?|at least 24/);
  assert.equal((await stand.rest("/api/webhooks/nobody/deliveries", admin)).status, 404);
});
