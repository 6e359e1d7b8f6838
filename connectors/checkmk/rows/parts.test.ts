import assert from "node:assert/strict";
import { test } from "node:test";
import { type Batch, type SiteFailure } from "../monitoring.ts";
import { type Counted, type PartedSite, type Range, rangesOf } from "./parts.ts";
import { eachBatch } from "./stream.ts";

const hosts: readonly Counted[] = Array.from({ length: 100 }, (_, number) => ({
  host: `h${String(number).padStart(3, "0")}`,
  rows: 10,
}));

function place(host: string): number {
  return hosts.findIndex((counted) => counted.host === host);
}

function sizesOf(ranges: Iterable<Range>): number[] {
  return [...ranges].map(({ first, last }) => 10 * (place(last) - place(first) + 1));
}

test("ranges hold all hosts, of the wanted size each, and may begin with less", () => {
  assert.deepEqual(sizesOf(rangesOf(hosts, 300)), [300, 300, 300, 100]);
  assert.deepEqual(sizesOf(rangesOf(hosts, 300, 50)), [50, 100, 200, 300, 300, 50]);
  assert.deepEqual(sizesOf(rangesOf(hosts, 300, 1000)), [300, 300, 300, 100], "no more than the size");
  assert.deepEqual(sizesOf(rangesOf(hosts, 5)), Array(100).fill(10), "no host is cut");
});

test("a stream asks for two parts beyond the one that is used, and for no more until that was", async () => {
  const asked: string[] = [];
  const site: PartedSite<string> = {
    name: "main",
    atOnce: 2000,
    failureOf: (thrown): SiteFailure => {
      throw thrown;
    },
    whole: async () => [],
    countByHost: async () => many,
    boundByHost: async () => many,
    within: async ({ first, last }) => {
      asked.push(first);
      return many.filter(({ host }) => host >= first && host <= last).map(({ host }) => host);
    },
  };
  const many = Array.from({ length: 9000 }, (_, number) => ({ host: String(number).padStart(5, "0"), rows: 1 }));
  const of = { sites: [site], placeOf: (host: string) => ({ host, description: "" }) };
  const { signal } = new AbortController();
  const batches: Batch<string>[] = [];
  for await (const batch of eachBatch(of, { batchSize: 500, signal })) {
    batches.push(batch);
    if (batches.length === 1) assert.deepEqual(asked, ["00000", "01000", "03000"]);
    if (batches.length === 3) assert.deepEqual(asked, ["00000", "01000", "03000", "05000"]);
  }
  assert.deepEqual(
    batches.flatMap(({ rows }) => rows),
    many.map(({ host }) => host),
  );
});
