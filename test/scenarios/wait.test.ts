import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inPlace } from "../rig/person.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const memory = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-memory/dist/index.js"));
const servers = {
  memory: { command: process.execPath, args: [memory] },
  late: { command: process.execPath, args: ["-e", "setTimeout(() => import(process.argv[1]), 500)", memory] },
};

test("a script that waits goes on when the gateway runs and its servers are ready", async () => {
  await inPlace(async ({ config, write, run, start }) => {
    await write(config, JSON.stringify({ mcpServers: servers, listen: { port: 0 } }));
    await using waiting = start("wait", "--timeout", "60");
    await using gateway = start("serve");
    assert.equal(await waiting.exited, 0, waiting.stderr());
    assert.deepEqual([waiting.stdout(), waiting.stderr()], ["Ready: memory, late.\n", ""]);
    const read: unknown = JSON.parse((await run("wait", "late", "--json")).stdout);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(gateway.stdout())?.[0] ?? "";
    assert.deepEqual(read, { url, ready: ["late"] });
    assert.equal((await run("wait", "--url", url, "nobody")).status, 5);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});

test("when the time is over it ends with 4 and what is missing; what is there need not be waited for", async () => {
  await inPlace(async ({ config, write, run, start }) => {
    const dies = { command: process.execPath, args: ["-e", "process.exit(3)"] };
    await write(config, JSON.stringify({ mcpServers: { memory: servers.memory, dies }, listen: { port: 0 } }));
    const none = await run("wait", "--timeout", "0");
    assert.equal(none.status, 4);
    assert.match(none.stderr, /^Not there after 0 s: a gateway of this configuration\.\n→ `switchyard status` and/);
    await using gateway = start("serve");
    await gateway.says("dies is down");
    const listening = await run("wait", "--for", "listening");
    assert.deepEqual([listening.status, listening.stdout.slice(0, 28)], [0, "A gateway listens at http://"]);
    assert.deepEqual((await run("wait", "memory")).stdout, "Ready: memory.\n");
    const over = await run("wait", "--timeout", "0.5");
    assert.equal(over.status, 4);
    assert.match(over.stderr, /^Not there after 0\.5 s: dies \(/);
    assert.doesNotMatch(over.stderr, /memory/);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});

test("a wrong use is told, and Ctrl-C ends the waiting", async () => {
  await inPlace(async ({ config, write, run, start }) => {
    await write(config, JSON.stringify({ mcpServers: servers, listen: { port: 0 } }));
    const cases = [
      { args: ["--timeout", "soon"], status: 2, says: /'soon' is invalid\. It must be a number of seconds/ },
      { args: ["--for", "tea"], status: 2, says: /'tea' is invalid\. Allowed choices are ready, listening\./ },
      { args: ["memry"], status: 5, says: /^There is no upstream "memry"; there are memory, late\./ },
    ];
    for (const { args, status, says } of cases) {
      const ended = await run("wait", ...args);
      assert.equal(ended.status, status, ended.stderr);
      assert.match(ended.stderr, says);
    }
    await using waiting = start("wait");
    await using gateway = start("serve", "--stdio");
    await gateway.says("memory is ready");
    waiting.kill("SIGINT");
    assert.equal(await waiting.exited, 130);
    gateway.kill("SIGTERM");
    await gateway.exited;
  });
});
