import assert from "node:assert/strict";
import { test } from "node:test";
import { Restartable, usualTools } from "../rig/restartable.ts";
import { connectV1, disconnectV1 } from "../rig/sdk-v1.ts";
import { until } from "../rig/until.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const resource = { uri: "note://a", name: "a" };

test("a server process that has gone is started again for the next call, and asked again for what clients are told of", async () => {
  await Restartable.run(async (gateways) => {
    gateways.offer({ tools: usualTools, resources: [resource] });
    await gateways.startReady();
    const client = await connectV1({ kind: "http", url: gateways.url.href });
    const call = async (name: string): Promise<string> =>
      JSON.stringify(await client.callTool({ name: `up__${name}`, arguments: {} }));
    await client.setLoggingLevel("debug");
    await client.setLoggingLevel("error");
    await client.subscribeResource({ uri: resource.uri });
    const before = await call("pid");
    gateways.takeRequests();
    assert.match(await call("leave"), /bye/);
    // A call that is sent before the end was seen is lost with the process: that is for the test below.
    let after = "";
    await until(async () => {
      after = await call("pid");
      return /"text":"\d+"/.test(after);
    }, "the server was started again");
    assert.notEqual(after, before);
    const requests: string[] = [];
    await until(() => {
      requests.push(...gateways.takeRequests());
      return requests.some((request) => request === 'resources/subscribe {"uri":"note://a"}');
    }, "the resource is watched again");
    // The mildest that anybody wanted.
    assert.ok(requests.includes('logging/setLevel {"level":"debug"}'), requests.join("\n"));
    await disconnectV1(client);
  });
});

test("a call that its server's process died of is not made again: its caller is told that the outcome is unknown", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    const client = await connectV1({ kind: "http", url: gateways.url.href });
    gateways.takeRequests();
    const result = JSON.stringify(await client.callTool({ name: "up__die", arguments: {} }));
    assert.match(result, /"isError":true/);
    assert.match(result, /"code":"upstream_disconnected"/);
    assert.match(result, /"retryable":false/);
    const again = JSON.stringify(await client.callTool({ name: "up__echo", arguments: { text: "back" } }));
    assert.match(again, /back/);
    const deadly = gateways.takeRequests().filter((request) => request.includes('"die"'));
    assert.equal(deadly.length, 1);
    await disconnectV1(client);
  });
});
