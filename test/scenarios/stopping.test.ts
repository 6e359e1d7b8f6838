import assert from "node:assert/strict";
import { test } from "node:test";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { fixtures, startFixtures } from "../rig/fixtures.ts";
import { gatewayProgram } from "../rig/program.ts";
import { Rig, fileRig } from "../rig/rig.ts";
import { connectV1 } from "../rig/sdk-v1.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

fileRig();

test(
  "a gateway that stops ends subscriptions over HTTP with their result, and streams of sessions",
  { timeout: 30_000 },
  async () => {
    await using rig = new Rig();
    const { switchyard, server, url } = await rig.gateway(await startFixtures(rig));
    const modern = await connectV2({ kind: "http", url });
    const subscription = await modern.listen({ toolsListChanged: true });
    const legacy = await connectV1({ kind: "http", url });
    await legacy.listTools();
    // Whatever is still open after a minute is cut off: that this does not take a minute shows that nothing is.
    await server.close(60_000);
    assert.equal(await subscription.closed, "graceful");
    await switchyard.close();
    assert.deepEqual(
      switchyard.status().upstreams.map(({ state }) => state.kind),
      fixtures.map(() => "stopped"),
    );
    await modern.close();
    await legacy.close();
  },
);

test("a gateway over stdio that is told to stop ends subscriptions with their result, then itself", async () => {
  verifies("cancel.teardown", "listen.graceful-end");
  await using rig = new Rig();
  const client = await connectV2(gatewayProgram(rig, await startFixtures(rig)));
  const subscription = await client.listen({ toolsListChanged: true });
  const { transport } = client;
  assert.ok(transport instanceof StdioClientTransport);
  const { pid } = transport;
  assert.ok(pid !== null);
  process.kill(pid, "SIGTERM");
  assert.equal(await subscription.closed, "graceful");
  await until(() => transport.pid === null, "the program has ended");
  await client.close();
});

test("a client that leaves over stdio leaves nothing behind", async () => {
  verifies("stdio.shutdown-obeyed");
  await using rig = new Rig();
  const client = await connectV1(gatewayProgram(rig, await startFixtures(rig)));
  rig.defer(() => client.close());
  await until(async () => (await client.listTools()).tools.length > 0, "the program has connected to a server");
});
