import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { localPrincipal } from "../access/principal.ts";
import { type AuditOptions, auditDefaults, maxKept } from "../audit/audit-options.ts";
import { filterIn } from "../audit/audit-filter.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { checkPages, exportTexts } from "../audit/export.ts";
import { ChainCheck, type ChainReport } from "../audit/hash-chain.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { timeOrderedIds } from "../core/time-ordered-id.ts";
import { CallRecord } from "../gateway/call-record.ts";
import type { EndedCall } from "../gateway/ended-call.ts";
import { Payload } from "../protocol/payload.ts";
import { assertNothingLeaked, namedSecret, shapedSecrets } from "../../test/rig/planted.ts";
import { AuditLog, maxWaitingRows } from "./audit-log.ts";
import { type AuditRows, auditRows } from "./audit-rows.ts";
import { auditReading } from "./audit-reading.ts";
import { type Database, openDatabase } from "./database.ts";

const root = mkdtempSync(join(tmpdir(), "switchyard-audit-"));
const opened: { readonly log: AuditLog; readonly database: Database }[] = [];
after(() => {
  for (const { log, database } of opened) {
    log.close();
    database.close();
  }
  rmSync(root, { recursive: true });
});

let folders = 0;
const day = 86_400_000;
const start = Date.parse("2026-01-01");

interface RigOptions {
  readonly dataDir?: string;
  readonly options?: Partial<AuditOptions>;
  readonly clock?: ManualClock;
  readonly seed?: number;
}

function rig({ dataDir, options = {}, clock = new ManualClock(start), seed = 1 }: RigOptions = {}) {
  folders += 1;
  const folder = dataDir ?? join(root, String(folders));
  const database = openDatabase(folder);
  const rows = auditRows(database);
  const disk: { failure: Error | undefined } = { failure: undefined };
  const failing: AuditRows = {
    ...rows,
    add(batch) {
      if (disk.failure !== undefined) throw disk.failure;
      return rows.add(batch);
    },
  };
  const newId = timeOrderedIds(clock, seededRandom(seed));
  const log = new AuditLog({
    rows: failing,
    clock,
    newId,
    options: { ...auditDefaults, ...options },
    definitionOf: (upstream, tool) =>
      tool === "login" ? { name: upstream, inputSchema: { properties: { word: { format: "password" } } } } : undefined,
    usageOf: () => ({ residentBytes: 5 }),
    onProblem: () => undefined,
  });
  opened.push({ log, database });
  const trail = auditReading(database, () => {
    log.flush();
  });
  return { folder, database, log, trail, clock, disk, newId };
}

function callOf(
  { newId, clock }: Pick<ReturnType<typeof rig>, "newId" | "clock">,
  more: Partial<EndedCall> = {},
): EndedCall {
  const record = new CallRecord(newId(), clock.now(), "tools/call");
  record.enter("observe", 10);
  record.enter("attempt", 10.5);
  Object.assign(record, { upstream: "files", name: "read", attempts: 1 });
  return {
    id: record.id,
    startedAt: record.startedAt,
    durationMs: 2.5,
    origin: { entrance: "http", address: "127.0.0.1" },
    session: "0123456789abcdef",
    principal: localPrincipal,
    route: { kind: "all" },
    method: "tools/call",
    name: "files__read",
    record,
    params: { name: "files__read", arguments: { path: "a" }, _meta: { progressToken: 1 } },
    answer: { kind: "result", result: Payload.ofText(Buffer.from('{"content":[]}')) },
    outcome: "ok",
    code: undefined,
    failure: undefined,
    bytesIn: 100,
    bytesOut: 14,
    ...more,
  };
}

function verified(trail: AuditTrail): ChainReport {
  const check = new ChainCheck();
  for (const _ of checkPages(trail, check)) continue;
  return check.report();
}

test("a call is on record with everything that is known of it", () => {
  const audit = rig();
  const call = callOf(audit);
  call.record.measured({ at: 0, processes: 1, residentBytes: 200 * 1024 * 1024, cpuPercent: 50 });
  call.record.measured({ at: 1000, processes: 2, residentBytes: 100 * 1024 * 1024, cpuPercent: 150.4 });
  audit.log.ended(call);
  const row = audit.trail.get(call.id);
  assert.ok(row);
  const { hash, detail, ...rest } = row;
  assert.deepEqual(rest, {
    seq: 1,
    id: call.id,
    kind: "call",
    at: start,
    durationUs: 2500,
    method: "tools/call",
    name: "files__read",
    upstream: "files",
    tool: "read",
    principal: "local",
    outcome: "ok",
    code: undefined,
    cache: undefined,
    arguments: '{"path":"a"}',
    result: '{"content":[]}',
  });
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(JSON.parse(detail), {
    entrance: "http",
    address: "127.0.0.1",
    session: "0123456789abcdef",
    kind: "local",
    role: "admin",
    route: "all",
    stages: "observe 0 attempt 500",
    attempts: 1,
    peaks: { memoryMiB: 200, cpuPercent: 150 },
    bytesIn: 100,
    bytesOut: 14,
  });
});

test("calls are written together a little later, and no timer runs while nothing waits", () => {
  const { log, clock, database, ...rest } = rig();
  const count = (): unknown => database.sql.prepare("SELECT count(*) AS n FROM audit").get()?.["n"];
  const idle = clock.pending;
  for (let at = 0; at < 250; at += 1) log.ended(callOf({ clock, ...rest }));
  assert.equal(count(), 0);
  clock.advance(50);
  assert.equal(count(), 50);
  clock.advance(4);
  assert.equal(count(), 250);
  assert.equal(clock.pending, idle);
});

test("secrets are nowhere in the file, wherever they stood", () => {
  const audit = rig({ options: { redact: { keys: ["kto"], paths: { "files/*": ["arguments.customer.iban2"] } } } });
  const secrets = Object.values(shapedSecrets);
  const content = secrets.map((text) => ({ type: "text", text }));
  const value = { content, structuredContent: { password: namedSecret, kto: namedSecret, all: secrets } };
  const args = { password: namedSecret, customer: { iban2: namedSecret }, all: secrets, word: 1 };
  for (const result of [Payload.of(value), Payload.ofText(Buffer.from(JSON.stringify(value, undefined, 2)))]) {
    audit.log.ended(
      callOf(audit, { params: { name: "files__read", arguments: args }, answer: { kind: "result", result } }),
    );
  }
  const login = callOf(audit, { params: { arguments: { word: namedSecret } } });
  login.record.name = "login";
  audit.log.ended(login);
  const error = { code: -1, message: `no: ${shapedSecrets.bearer}`, data: { token: namedSecret, more: secrets } };
  audit.log.ended(callOf(audit, { outcome: "error", code: "-1", answer: { kind: "error", error } }));
  audit.log.ended(
    callOf(audit, { method: "resources/read", name: shapedSecrets.urlUser, params: { uri: shapedSecrets.urlUser } }),
  );
  audit.log.told({
    type: "operator.acted",
    upstream: "files",
    operation: shapedSecrets.gitHub,
    principal: "local",
    address: "127.0.0.1",
    seq: 1,
    at: 1,
  });
  const text = [
    ...exportTexts(audit.trail, filterIn({}, 0), "jsonl"),
    ...exportTexts(audit.trail, filterIn({}, 0), "csv"),
  ];
  audit.database.sql.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  assert.equal(
    text
      .join("")
      .split("\n")
      .filter((line) => line.startsWith("{")).length,
    6,
  );
  assertNothingLeaked({ export: text.join("") }, [audit.folder]);
});

test("a text that is too long is cut, marked, and holds no half of a secret at the cut", () => {
  const audit = rig();
  for (const before of [maxKept - 20, maxKept - 40, maxKept - 60]) {
    for (const secret of Object.values(shapedSecrets)) {
      const text = `${"x".repeat(before - 40)} ${secret} ${"y".repeat(9000)}`;
      const call = callOf(audit, {
        params: { arguments: { text } },
        answer: {
          kind: "result",
          result: Payload.ofText(Buffer.from(JSON.stringify({ text, password: namedSecret }))),
        },
      });
      audit.log.ended(call);
      const row = audit.trail.get(call.id);
      assert.ok(row?.arguments !== undefined && row.result !== undefined);
      assertNothingLeaked({ arguments: row.arguments, result: row.result });
      assert.match(row.arguments, /\.\.\. \[cut: \d+ bytes in all\]$/);
      assert.ok(row.result.length < maxKept + 40);
    }
  }
});

test("what cannot be said in UTF-8 leaves the chain whole", () => {
  const audit = rig();
  const odd = "a\u0000b\uD800c\u2028";
  audit.log.ended(callOf(audit, { name: odd, params: { arguments: { [odd]: odd } } }));
  audit.log.ended(callOf(audit, { params: { arguments: { text: "💡".repeat(maxKept) } } }));
  assert.deepEqual(verified(audit.trail).problems, []);
  assert.equal(verified(audit.trail).rows, 2);
});

test("arguments and results are left out where the configuration says so", () => {
  const audit = rig({ options: { arguments: false, results: false } });
  const call = callOf(audit);
  audit.log.ended(call);
  const row = audit.trail.get(call.id);
  assert.deepEqual([row?.arguments, row?.result], [undefined, undefined]);
});

test("while the store fails rows wait; beyond the bound they are lost, counted, and the loss is on record", () => {
  const audit = rig();
  audit.disk.failure = new Error("disk full");
  for (let at = 0; at < maxWaitingRows + 7; at += 1) audit.log.ended(callOf(audit));
  audit.clock.advance(1000);
  assert.deepEqual([audit.log.status().waiting, audit.log.status().dropped], [maxWaitingRows, 7]);
  audit.disk.failure = undefined;
  audit.log.flush();
  assert.equal(audit.log.status().waiting, 0);
  const [lost] = audit.trail.find(filterIn({ kind: "dropped" }, 0));
  assert.deepEqual(JSON.parse(lost?.detail ?? ""), { rows: 7 });
  const report = verified(audit.trail);
  assert.deepEqual([report.rows, report.problems], [maxWaitingRows + 1, []]);
  const { dropped, calls } = audit.trail.summary({ since: start, until: start + day });
  assert.deepEqual([dropped, calls], [7, maxWaitingRows]);
});

test("where the texts that wait are too large, rows stay and say that they lack them", () => {
  const audit = rig();
  audit.disk.failure = new Error("disk full");
  const large = callOf(audit, { bytesOut: 60 * 1024 * 1024 });
  const bare = callOf(audit, { bytesOut: 5 * 1024 * 1024 });
  audit.log.ended(large);
  audit.log.ended(bare);
  assert.equal(audit.log.status().bare, 1);
  audit.disk.failure = undefined;
  const row = audit.trail.get(bare.id);
  assert.equal(row?.arguments, undefined);
  assert.equal(JSON.parse(row?.detail ?? "{}").left_out, true);
  assert.notEqual(audit.trail.get(large.id)?.arguments, undefined);
});

test("two processes on one file make one chain", () => {
  const one = rig();
  const two = rig({ dataDir: one.folder, clock: one.clock, seed: 2 });
  for (let at = 0; at < 40; at += 1) {
    const writer = at % 3 === 0 ? one : two;
    writer.log.ended(callOf(writer));
    if (at % 4 === 0) writer.log.flush();
  }
  two.log.flush();
  const report = verified(one.trail);
  assert.deepEqual([report.rows, report.problems], [40, []]);
});

test("rows go when they are too old, from the front, on record, and the chain stays whole; also when all of them go", () => {
  const audit = rig({ options: { retentionDays: 2 } });
  for (let at = 0; at < 1200; at += 1) audit.log.ended(callOf(audit));
  audit.log.flush();
  audit.clock.advance(day);
  for (let at = 0; at < 5; at += 1) audit.log.ended(callOf(audit));
  audit.log.flush();
  audit.clock.advance(1.5 * day);
  const kept = verified(audit.trail);
  assert.deepEqual(kept.problems, []);
  assert.equal(audit.trail.find(filterIn({ kind: "call" }, 0)).length, 5);
  assert.equal(kept.first, 1201);
  audit.clock.advance(10 * day);
  const later = verified(audit.trail);
  assert.deepEqual(later.problems, []);
  assert.equal(audit.trail.find(filterIn({ kind: "call" }, 0)).length, 0);
  audit.log.ended(callOf(audit));
  assert.deepEqual(verified(audit.trail).problems, []);
});

test("rows go when the file is too large, the oldest first", () => {
  const audit = rig({ options: { maxMiB: 1 } });
  const result = Payload.of({ content: [{ type: "text", text: "x".repeat(4000) }] });
  for (let at = 0; at < 1000; at += 1) audit.log.ended(callOf(audit, { answer: { kind: "result", result } }));
  audit.log.flush();
  audit.clock.advance(3_600_000 + 1000);
  const report = verified(audit.trail);
  assert.deepEqual(report.problems, []);
  assert.ok(report.rows < 400 && report.rows > 0, `${report.rows} rows are left`);
});

test("rows are found by every filter, the latest first, a page after another", () => {
  const audit = rig();
  const calls = Array.from({ length: 30 }, (_each, at) => {
    audit.clock.advance(1000);
    const isOdd = at % 2 === 1;
    const call = callOf(
      audit,
      isOdd ? { outcome: "error", code: "deadline_exceeded", principal: { ...localPrincipal, id: "ann" } } : {},
    );
    if (at === 7) Object.assign(call.record, { upstream: "other", name: "write" });
    audit.log.ended(call);
    return call;
  });
  const ids = (given: Record<string, string>): string[] =>
    audit.trail.find(filterIn(given, audit.clock.now())).map(({ id }) => id);
  const latest = calls.map(({ id }) => id).toReversed();
  assert.deepEqual(ids({}), latest);
  assert.deepEqual(ids({ limit: "10" }), latest.slice(0, 10));
  assert.deepEqual(ids({ limit: "10", before: latest[9] ?? "" }), latest.slice(10, 20));
  assert.deepEqual(ids({ upstream: "other" }), [calls[7]?.id]);
  assert.deepEqual(ids({ tool: "write" }), [calls[7]?.id]);
  assert.equal(ids({ tool: "files__read" }).length, 30);
  assert.equal(ids({ outcome: "error" }).length, 15);
  assert.equal(ids({ code: "deadline_exceeded", principal: "ann" }).length, 15);
  assert.deepEqual(ids({ errorId: latest[3] ?? "" }), [latest[3]]);
  assert.deepEqual(ids({ since: "5s" }), latest.slice(0, 6));
  assert.deepEqual(ids({ until: new Date(start + 3000).toISOString() }), latest.slice(28));
  const lines = [...exportTexts(audit.trail, filterIn({ since: "5s" }, audit.clock.now()), "jsonl")]
    .join("")
    .trim()
    .split("\n");
  assert.equal(lines.length, 6);
  const { p50Ms, tools, principals, errors, outcomes } = audit.trail.summary({ since: start, until: start + day });
  assert.deepEqual(
    { p50Ms, tools, principals, errors, outcomes },
    {
      p50Ms: 2.5,
      tools: [
        { name: "files/read", calls: 29, failed: 14 },
        { name: "other/write", calls: 1, failed: 1 },
      ],
      principals: [
        { name: "ann", calls: 15, failed: 15 },
        { name: "local", calls: 15, failed: 0 },
      ],
      errors: [{ code: "deadline_exceeded", calls: 15 }],
      outcomes: { error: 15, ok: 15 },
    },
  );
});

test("a filter that is none is refused with what it must be", () => {
  for (const given of [{ nothing: "x" }, { since: "yesterday" }, { limit: "0" }, { kind: "calls" }, { errorId: "1" }]) {
    assert.throws(() => filterIn(given, 0), { code: "invalid_params" });
  }
});
