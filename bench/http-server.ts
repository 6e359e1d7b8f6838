import { Canceller } from "../src/core/canceller.ts";
import { stringAt } from "../src/core/json.ts";
import { HttpClient } from "../src/transport/http-client.ts";
import { callsInARound, costLine } from "./lanes.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/*
 * What one call costs the server's side of HTTP: read by Node's server, and by the gateway's quick lane. Both parse the same calls and write the
 * same answers, 32 at once, in turns. `node bench/http-server.ts`; CPU time of the server's process, user and system, in µs a call.
 */

const rounds = 9;
const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const text = "What a call of this run says, and what it should hear again";
const body = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "echo", arguments: { text } },
});

interface Stand {
  readonly server: BenchProcess;
  readonly client: HttpClient;
  readonly figures: number[];
}

async function stand(kind: string): Promise<Stand> {
  const server = await startProcess("http-responder.ts", [kind], { profileDir: undefined });
  return { server, client: new HttpClient(`${stringAt(server.ready, "origin") ?? ""}/mcp`, {}), figures: [] };
}

async function cpuUs({ server }: Stand): Promise<number> {
  const { user, system } = await server.ask({ kind: "cpu" }, 5000);
  return Number(user) + Number(system);
}

function send({ client }: Stand, done: () => void): void {
  client.send(
    { method: "POST", headers, body, signal: new Canceller() },
    {
      head() {},
      frame(frame) {
        JSON.parse(frame.toString());
      },
      ended(problem) {
        if (problem !== undefined) throw problem;
        done();
      },
    },
  );
}

/** CPU time of the server for one call, in µs. */
async function measure(at: Stand): Promise<number> {
  const before = await cpuUs(at);
  const count = await callsInARound((done) => {
    send(at, done);
  });
  return ((await cpuUs(at)) - before) / count;
}

const stands = { "Node's server": await stand("node"), "the quick lane": await stand("lane") };
for (let round = 0; round <= rounds; round += 1) {
  for (const at of Object.values(stands)) {
    const figure = await measure(at);
    // The first round warms up.
    if (round > 0) at.figures.push(figure);
  }
}
for (const [name, { client, server, figures }] of Object.entries(stands)) {
  console.log(costLine(name, figures));
  await client.close();
  await server.end();
}
