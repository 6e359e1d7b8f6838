import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileRig } from "../rig/rig.ts";
import { call, meta, ask, textOf } from "./downstream.ts";
import { fixture, healthy, openFront } from "./front.ts";
import { type Program, startProgram } from "./program.ts";
import { storyOf } from "./story.ts";

const skip = existsSync("/proc/self/status") ? false : "it looks into /proc";
const rig = fileRig();
const mib = 1024 * 1024;

function residentBytes({ pid }: Program): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

/** What is sent at once, and by what call; `count` is of notifications, or of MiB. */
const floods: readonly {
  readonly what: string;
  readonly tool: "progress" | "log" | "changes" | "stderr";
  readonly count: number;
  readonly params?: object;
  /** How often it is sent before what a further time takes is measured. */
  readonly warmUps?: number;
  /** How much more resident memory that may be, in MiB. */
  readonly most?: number;
}[] = [
  { what: "100,000 notifications of progress that is nobody's", tool: "progress", count: 100_000 },
  {
    what: "100,000 notifications of the progress of a call",
    tool: "progress",
    count: 100_000,
    params: { _meta: { ...meta, progressToken: "p" } },
  },
  { what: "100,000 log messages", tool: "log", count: 100_000 },
  { what: "100,000 announcements of another list", tool: "changes", count: 100_000 },
  { what: "100 MiB of stderr", tool: "stderr", count: 100, warmUps: 4, most: 128 },
];

for (const { what, tool, count, params = {}, warmUps = 1, most: mostMiB = 64 } of floods) {
  test(
    `a server that sends ${what} at once costs bounded memory, and callers of others do not wait for it`,
    { skip },
    async (t) => {
      const program = rig.use(await startProgram([fixture("bad", "floods", { timeoutMs: 60_000 }), healthy]));
      const flood = (times: number) =>
        ask(program.url, "tools/call", { name: `bad__${tool}`, arguments: { count: times }, ...params });
      const hello = async (): Promise<void> => {
        assert.equal(textOf(await call(program.url, "healthy__echo", { text: "hi" })), "hi");
      };
      for (let times = 0; times < 50; times += 1) await hello();
      // Until the process has what such a flood needs for a moment; only what stays of one would be more.
      for (let times = 0; times < warmUps; times += 1) await flood(count);
      const before = residentBytes(program);
      const burst = { isOver: false };
      const flooding = flood(count).finally(() => {
        burst.isOver = true;
      });
      let answered = 0;
      let most = 0;
      while (!burst.isOver) {
        await hello();
        answered += 1;
        most = Math.max(most, residentBytes(program) - before);
      }
      const { message } = await flooding;
      assert.match(JSON.stringify(message), /"text":"done"/);
      t.diagnostic(`${answered} calls of the other meanwhile, at most ${Math.round(most / mib)} MiB more`);
      assert.ok(answered >= 3, `others were answered ${answered} times meanwhile`);
      assert.ok(most < mostMiB * mib, `it grew by ${Math.round(most / mib)} MiB`);
    },
  );
}

test(
  "100,000 announcements of another list make the gateway read it a few times, the last time after the last of them",
  { skip },
  async () => {
    const front = await openFront(rig, [fixture("bad", "floods", { timeoutMs: 60_000 }), healthy]);
    await front.reaches("bad", "ready");
    await front.reaches("healthy", "ready");
    const from = performance.now();
    await call(front.url, "bad__changes", { count: 100_000 });
    const burstMs = performance.now() - from;
    const lists = Number(textOf(await call(front.url, "bad__lists")));
    // One at the start, one at once, and then one in a tenth of a second.
    assert.ok(lists <= 3 + burstMs / 100, `${lists} times in ${Math.round(burstMs)} ms`);
    const told = storyOf(front).filter((line) => line.startsWith("definition.changed")).length;
    assert.ok(told <= 5 * lists, `${told} changes were told of ${lists} lists`);
    assert.deepEqual(storyOf(front, "healthy"), ["ready"]);
  },
);
