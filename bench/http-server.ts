import { Canceller } from "../src/core/canceller.ts";
import { stringAt } from "../src/core/json.ts";
import { HttpClient } from "../src/transport/http-client.ts";
import { quantile } from "./figures.ts";
import { type BenchProcess, startProcess } from "./process.ts";

/*
 * What one call costs the server's side of HTTP: read by Node's server, and by the gateway's quick lane. Both parse the same calls and write the
 * same answers, 32 at once, in turns. `node bench/http-server.ts`; CPU time of the server's process, user and system, in µs a call.
 */

const lanes = 32;
const rounds = 9;
const roundMs = 700;
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
  const startedAt = performance.now();
  let count = 0;
  let left = lanes;
  const { promise, resolve } = Promise.withResolvers<void>();
  const next = (): void => {
    if (performance.now() - startedAt < roundMs) {
      count += 1;
      send(at, next);
    } else {
      left -= 1;
      if (left === 0) resolve();
    }
  };
  for (let lane = 0; lane < lanes; lane += 1) next();
  await promise;
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
  const sorted = Float64Array.from(figures).toSorted();
  const [least, median, most] = [0, 0.5, 1].map((part) => quantile(sorted, part).toFixed(1));
  console.log(`${name.padEnd(14)} ${median} µs a call (${least} to ${most})`);
  await client.close();
  await server.end();
}
