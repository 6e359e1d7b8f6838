/**
 * Measures the dashboard in a real Chromium, in front of a gateway with 1000 tools and 100,000 rows on record: how long each page takes from its
 * address to what can be used, by a mark in the page itself; and a tail of calls: whether memory grows, and how long frames take. Run by hand:
 * `node bench/dashboard.ts`, a minute and a half; `--seconds 600` for the long tail. Ends with 1 where a goal is not met.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import type { AuditRow } from "../src/audit/audit-row.ts";
import { isJsonObject, objectAt } from "../src/core/json.ts";
import { timeOrderedIds } from "../src/core/time-ordered-id.ts";
import { auditRows } from "../src/store/audit-rows.ts";
import { openDatabase } from "../src/store/database.ts";
import { openBrowser, openPage } from "../test/rig/browser.ts";
import { DashboardStand } from "../test/rig/dashboard-stand.ts";
import { Rig } from "../test/rig/rig.ts";

const goals = { interactiveMs: 1000, frameMs: 50, heapBytes: 4 * 1024 * 1024 } as const;
const { values } = parseArgs({
  options: {
    tools: { type: "string", default: "1000" },
    rows: { type: "string", default: "100000" },
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
  },
});
const [toolCount, rowCount, rate, seconds] = [values.tools, values.rows, values.rate, values.seconds].map(Number);

const listed = fileURLToPath(new URL("../test/rig/listed-stdio.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "switchyard-dashboard-"));
await using rig = new Rig();
rig.defer(() => {
  rmSync(folder, { recursive: true, force: true });
});

function offerTools(): string {
  const inputSchema = { type: "object", properties: { text: { type: "string", description: "what to say" } } };
  const description = "Says what it is told, as a tool of a real server would describe in a sentence or two.";
  const tools = Array.from({ length: toolCount ?? 0 }, (_, at) => ({ name: `tool_${at}`, description, inputSchema }));
  const file = join(folder, "offer.json");
  writeFileSync(file, JSON.stringify({ tools }));
  return file;
}

/** Fills the record as calls of a day would. */
function fillRecord(): void {
  const dataDir = join(folder, ".switchyard");
  mkdirSync(dataDir, { recursive: true });
  const database = openDatabase(dataDir);
  const rows = auditRows(database);
  let at = Date.now() - 86_400_000;
  const step = 86_000_000 / (rowCount ?? 1);
  const newId = timeOrderedIds({ now: () => at, monotonic: () => at, after: never, every: never }, Math.random);
  for (let done = 0; done < (rowCount ?? 0); done += 1000) {
    const batch = Array.from({ length: 1000 }, (_, index): AuditRow => {
      at += step;
      const isFailed = index % 50 === 0;
      return {
        id: newId(),
        kind: "call",
        at: Math.round(at),
        durationUs: 1000 + ((index * 7919) % 90_000),
        method: "tools/call",
        name: `many__tool_${index}`,
        upstream: "many",
        tool: `tool_${index}`,
        principal: "local",
        outcome: isFailed ? "error" : "ok",
        code: isFailed ? "deadline_exceeded" : undefined,
        cache: "none",
        detail: JSON.stringify({ role: "admin", entrance: "http", stages: "observe 0,attempt 1", attempts: 1 }),
        arguments: JSON.stringify({ text: `number ${index}` }),
        result: JSON.stringify({ content: [{ type: "text", text: `number ${index}` }] }),
      };
    });
    rows.add(batch);
  }
  database.close();
}

function never(): () => void {
  return () => undefined;
}

/** What shows that a page can be used: something of what it is for is there, and the thread is free. */
const pages: Readonly<Record<string, { readonly path: string; readonly shows: string }>> = {
  overview: { path: "/", shows: "svg text" },
  tools: { path: "/tools", shows: 'a[href^="/tools/many__"]' },
  "one tool": { path: "/tools/many__tool_500", shows: 'form button[type="submit"]' },
  "calls on record": { path: "/calls?view=record", shows: 'a[href^="/calls/"]:not([href*="?"])' },
  "alerts and SLO": { path: "/alerts", shows: "table" },
};

/** Marks in the page when what is looked for is there and the thread has had time for a task after the frame that shows it. */
function marking(selector: string): string {
  return `{
    const look = () => {
      if (document.querySelector("main ${selector.replaceAll('"', String.raw`\"`)}") === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => performance.mark("interactive"), 0));
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  }`;
}

/** What the page's own thread has worked since this was begun, in ms of processor time: what else the machine does is not in it. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await client.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1000;
  };
}

/** When the page could be used; and how long the slowest took of what it had asked of the gateway until then, both in ms. */
async function interactive(
  page: Page,
  { path, shows }: { readonly path: string; readonly shows: string },
): Promise<{ readonly ms: number; readonly askedMs: number; readonly workMs: number }> {
  const work = await workOf(page);
  await page.addInitScript(marking(shows));
  await page.goto(path);
  await page.waitForFunction(() => performance.getEntriesByName("interactive").length > 0);
  const workMs = await work();
  const ms = await page.evaluate(() => performance.getEntriesByName("interactive")[0]?.startTime ?? Number.NaN);
  const asked = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.includes("/api/") || name.endsWith("/mcp"))
      .map(({ duration }) => duration),
  );
  return { ms, askedMs: Math.max(0, ...asked), workMs };
}

/** Calls a tool so often, however long each takes, until it is told to stop. */
function traffic(origin: string): () => void {
  const timer = setInterval(() => {
    for (let each = 0; each < (rate ?? 0) / 20; each += 1) {
      const tool = `many__tool_${Math.floor(Math.random() * 50)}`;
      void fetch(`${origin}/api/call`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ tool, arguments: { text: "a" } }),
      }).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      );
    }
  }, 50);
  return () => {
    clearInterval(timer);
  };
}

const recordFrames = `{
  globalThis.frames_ = [];
  let before;
  const next = (at) => { if (before !== undefined) frames_.push(at - before); before = at; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}`;

interface Tail {
  readonly heaps: readonly number[];
  readonly frames: readonly number[];
  readonly told: number;
  /** Work of the page's thread, in ms of processor time a second. */
  readonly workMs: number;
}

/** Watches calls as they end. Heaps are measured after a collection, ten times. */
async function tail(page: Page, origin: string): Promise<Tail> {
  const client = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await client.send("HeapProfiler.collectGarbage");
    return (await client.send("Runtime.getHeapUsage")).usedSize;
  };
  await page.goto("/calls");
  await page.getByText("Live", { exact: true }).waitFor({ state: "attached" });
  const before = await endedCalls(origin);
  const stop = traffic(origin);
  // Until what is held is full: 500 messages and five minutes of slices, of which the first minute makes the most.
  await pause(10_000);
  await page.evaluate(recordFrames);
  const work = await workOf(page);
  const [workedBefore, since] = [await work(), performance.now()];
  const heaps: number[] = [];
  const frames: number[] = [];
  for (let part = 0; part < 10; part += 1) {
    heaps.push(await heap());
    // What a collection that we ask for takes is no frame of a reader's.
    await page.evaluate("frames_.splice(0).length");
    await pause(((seconds ?? 0) * 1000) / 10);
    frames.push(...(await page.evaluate<number[]>("frames_.splice(0)")));
  }
  const workMs = ((await work()) - workedBefore) / ((performance.now() - since) / 1000);
  heaps.push(await heap());
  stop();
  return { heaps, frames, workMs, told: (await endedCalls(origin)) - before };
}

async function endedCalls(origin: string): Promise<number> {
  const overview: unknown = await (await fetch(`${origin}/api/overview`)).json();
  const calls = isJsonObject(overview) ? objectAt(overview, "calls") : undefined;
  return Number(calls?.["total"] ?? 0);
}

function quantile(values_: readonly number[], share: number): number {
  const sorted = values_.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const missed: string[] = [];

fillRecord();
const stand = rig.use(
  new DashboardStand(folder, { mcpServers: { many: { command: process.execPath, args: [listed, offerTools()] } } }),
);
await stand.start();
await stand.reaches("many", "ready");
const opened = await openBrowser();
if ("missing" in opened) throw new Error(opened.missing);
const { browser } = opened;

say(`${toolCount} tools, ${rowCount} rows on record; a new tab each time, median of five:`);
for (const [name, shown] of Object.entries(pages)) {
  const found: Awaited<ReturnType<typeof interactive>>[] = [];
  for (let round = 0; round < 5; round += 1) {
    const { page, close } = await openPage(browser, stand.origin);
    found.push(await interactive(page, shown));
    await close();
  }
  const times = found.map(({ ms }) => ms);
  const [median, least, most] = [quantile(times, 0.5), Math.min(...times), Math.max(...times)].map(Math.round);
  const [asked, work] = [found.map(({ askedMs }) => askedMs), found.map(({ workMs }) => workMs)].map((each) =>
    Math.round(quantile(each, 0.5)),
  );
  if ((median ?? 0) > goals.interactiveMs) missed.push(`${name} takes ${median} ms`);
  say(
    `  ${name.padEnd(18)} ${median} ms (${least} to ${most}): ${work} ms of work of the page, at most ${asked} ms in one request`,
  );
}

const { page, close } = await openPage(browser, stand.origin);
const { heaps, frames, told, workMs } = await tail(page, stand.origin);
await close();
const grown = (heaps.at(-1) ?? 0) - (heaps[1] ?? 0);
const [p99, longest] = [quantile(frames, 0.99), Math.max(...frames)];
say(`a tail of ${seconds} s, ${Math.round(told / ((seconds ?? 1) + 10))} calls a second:`);
say(`  work of the page ${Math.round(workMs)} ms of each second`);
say(`  heap after a collection ${heaps.map(mib).join(", ")}`);
say(
  `  frames ${frames.length}: median ${quantile(frames, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`,
);
if (grown > goals.heapBytes) missed.push(`the heap grew by ${mib(grown)}`);
if (p99 > goals.frameMs) missed.push(`1 of 100 frames takes ${p99.toFixed(1)} ms or more`);
await browser.close();
await stand.stop();
for (const text of missed) say(`missed: ${text}`);
if (missed.length > 0) process.exitCode = 1;
