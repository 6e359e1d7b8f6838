import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type * as CallsIn from "./calls-in.ts";

/*
 * What a whole call costs inside of the gateway, from the parsed request to the text of the answer, in this process and without sockets: with
 * nothing configured; with every stage on, also the record; and as a hit of the cache. `node bench/calls.ts`, with `--before DIR` also of another
 * checkout, in the same rounds: only figures of one run can be compared.
 */

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    rounds: { type: "string", default: "15" },
    only: { type: "string", default: "" },
  },
});
const checkouts = [
  ...(values.before === undefined ? [] : [{ name: "before", root: values.before }]),
  { name: "now", root: join(import.meta.dirname, "..") },
];

/** Calls in a round, and how many of them are under way at once. */
const times = 6000;
const atOnce = 32;

interface Subject {
  readonly title: string;
  readonly figures: number[];
  readonly call: (number: number) => Promise<unknown>;
  readonly settle: () => void;
}

const folder = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
const closing: (() => Promise<void>)[] = [];
const subjects: Subject[] = [];
for (const { name, root } of checkouts) {
  for (const kind of ["plain", "every stage", "hit"] as const) {
    if (kind.includes(values.only)) subjects.push(await subjectOf(name, root, kind));
  }
}

async function subjectOf(checkout: string, root: string, kind: "plain" | "every stage" | "hit"): Promise<Subject> {
  const { openCalls }: typeof CallsIn = await import(join(root, "bench", "calls-in.ts"));
  const { call, settle, close } = await openCalls(kind, join(folder, `${checkout} ${kind}`));
  closing.push(close);
  return { title: `${kind}, ${checkout}`, figures: [], call, settle };
}

async function round({ call, settle, figures }: Subject, number: number): Promise<void> {
  const before = process.cpuUsage();
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < times) {
      begun += 1;
      await call(number * times + begun);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  settle();
  const { user, system } = process.cpuUsage(before);
  figures.push((user + system) / times);
}

for (let number = 0; number < 4; number += 1) for (const subject of subjects) await round(subject, number);
for (const { figures } of subjects) figures.length = 0;
const rounds = Number(values.rounds);
for (let number = 4; number < rounds + 4; number += 1) {
  const first = number % subjects.length;
  for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) await round(subject, number);
}
for (const { title, figures } of subjects) {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  console.log(`${title.padEnd(24)} ${at(0.5)} µs a call (${at(0)} to ${at(1)}; quarter ${at(0.25)})`);
}
for (const close of closing) await close();
rmSync(folder, { recursive: true, force: true });
