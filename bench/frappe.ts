/**
 * Measures what the client of Frappe sites costs beside the same requests made directly: a read, a list of 100, and 5,000 documents created eight
 * at a time. The site is simulated, in a process of its own. Run by hand: `node --conditions=switchyard-source bench/frappe.ts`. Both sides take
 * turns in one run; prints medians in ms, and the ratio of the whole.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { openSite } from "../connectors/frappe/client/site.ts";
import { startSimulator } from "../connectors/frappe/simulator/start.ts";

const reads = 1500;
const rounds = 5;
const documents = 1000;
const parallel = 8;
const never = new AbortController().signal;

if (process.send === undefined) await measure();
else await serveSite();

async function serveSite(): Promise<void> {
  const site = await startSimulator();
  process.send?.({ url: site.url, credential: site.keyOf("Administrator") });
  await once(process, "disconnect");
  await site.close();
}

interface Started {
  readonly url: string;
  readonly credential: { readonly kind: "token"; readonly key: string; readonly secret: string };
}

async function measure(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
  const { promise, resolve } = Promise.withResolvers<Started>();
  child.once("message", (message: Started) => {
    resolve(message);
  });
  const { url, credential } = await promise;
  const site = openSite({ url, connections: parallel });
  const client = site.as(credential);
  const direct = directly(url, `token ${credential.key}:${credential.secret}`);
  const { doc } = await client.create("ToDo", { description: "read again and again" }, never);
  const name = String(doc["name"]);
  for (let index = 0; index < 99; index += 1)
    await client.create("ToDo", { description: `one of many ${index}` }, never);

  const list = "/api/resource/ToDo?fields=%5B%22*%22%5D&limit_start=0&limit_page_length=100";
  await compare(
    "read",
    () => direct("GET", `/api/resource/ToDo/${name}`),
    () => client.read("ToDo", name, never),
  );
  await compare(
    "list of 100",
    () => direct("GET", list),
    () => client.list("ToDo", { fields: ["*"], limit: 100 }, never),
  );

  const taken = { alone: 0, through: 0 };
  // One round more than is counted, for what is only slow at first.
  for (let round = 0; round <= rounds; round += 1) {
    const alone = await createAll((values) => direct("POST", "/api/resource/ToDo", JSON.stringify(values)));
    const through = await createAll((values) => client.create("ToDo", values, never));
    if (round === 0) continue;
    taken.alone += alone;
    taken.through += through;
  }
  const ratio = (taken.alone / taken.through).toFixed(2);
  const each = `directly ${taken.alone.toFixed(0)} ms, by the client ${taken.through.toFixed(0)} ms`;
  console.log(`create ${documents * rounds}, ${parallel} at a time: ${each}, ${ratio} times as fast`);
  site.close();
  child.disconnect();
}

/** The least that asks and reads an answer: Node's own client with its connections kept. */
function directly(url: string, authorization: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  return async (method: string, path: string, body?: string): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const headers = {
      authorization,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    };
    request(`${url}${path}`, { agent, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      });
    })
      .on("error", reject)
      .end(body);
    return promise;
  };
}

async function compare(title: string, alone: () => Promise<unknown>, through: () => Promise<unknown>): Promise<void> {
  const taken = { alone: [] as number[], through: [] as number[] };
  for (let index = -200; index < reads; index += 1) {
    // Which goes first changes, as the second finds the site warm.
    const sides = [
      ["alone", alone],
      ["through", through],
    ] as const;
    for (const [which, run] of index % 2 === 0 ? sides : sides.toReversed()) {
      const start = performance.now();
      await run();
      if (index >= 0) taken[which].push(performance.now() - start);
    }
  }
  const [own, whole] = [median(taken.alone), median(taken.through)];
  console.log(
    `${title}: directly ${own.toFixed(3)} ms, by the client ${whole.toFixed(3)} ms, ${(whole - own).toFixed(3)} ms more at the median`,
  );
}

async function createAll(create: (values: Readonly<Record<string, string>>) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < documents) {
        next += 1;
        await create({ description: `document ${next}`, priority: "Low" });
      }
    }),
  );
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
