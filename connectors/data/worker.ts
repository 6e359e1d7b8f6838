import type { Wish } from "../shared/analysis/wish.ts";
import type { Engine } from "./engines/engine.ts";
import { openEngine } from "./engines/open-engine.ts";
import { StatementRefused } from "./refused.ts";
import type { Source } from "./sources.ts";
import type { Table } from "../shared/table.ts";
import type { Failure, FromWorker, Result, ToWorker, Work } from "./worker-messages.ts";

/*
 * A process that has one source open and does one thing at a time with it: whoever started it can end any statement by ending it. Ends with the
 * process that started it.
 */

let source: Source | undefined;
/** Undefined until it is needed, and after something failed in it: nobody knows then whether its connection still serves. */
let engine: Promise<Engine> | undefined;
/** Settled unless a statement is being cancelled: what comes next must not be cancelled in its place. */
let cancelling = Promise.resolve();

process.on("message", (message: ToWorker) => {
  switch (message.type) {
    case "open":
      ({ source } = message);
      break;
    case "work":
      void answer(message.work).then(async (told) => {
        await cancelling;
        tell(told);
      });
      break;
    case "cancel":
      cancelling = cancel();
      break;
  }
});
process.on("disconnect", () => process.exit());

async function answer(work: Work): Promise<FromWorker> {
  try {
    return { type: "done", result: await resultOf(work) };
  } catch (thrown) {
    if (!(thrown instanceof StatementRefused)) drop();
    return { type: "failed", failure: failureOf(thrown) };
  }
}

function drop(): void {
  const dropped = engine;
  engine = undefined;
  // Whatever it says of its end, it is not used any more.
  dropped?.then((opened) => opened.close()).catch(() => undefined);
}

async function resultOf(work: Work): Promise<Result> {
  if (work.kind === "analyze" && "table" in work.rows) {
    tell({ type: "begun" });
    return analysis(work.rows.table, work.wish);
  }
  if (work.kind === "render") {
    tell({ type: "begun" });
    const { rendered } = await import("./report/render.ts");
    return { kind: "render", content: await rendered(work.report, work.format) };
  }
  if (source === undefined) throw new TypeError("The worker was given no source");
  engine ??= openEngine(source);
  const opened = await engine;
  tell({ type: "begun" });
  switch (work.kind) {
    case "check":
      return { kind: "check", refused: await firstRefused(opened, work.statements) };
    case "query":
      return { kind: "query", table: await opened.run(work.sql, work.parameters, work.bounds) };
    case "tables":
      return { kind: "tables", tables: await opened.tables(work.max) };
    case "analyze": {
      const { rows, wish } = work;
      return analysis("table" in rows ? rows.table : await opened.run(rows.sql, rows.parameters, rows.bounds), wish);
    }
  }
}

async function analysis(table: Table, wish: Wish): Promise<Result> {
  const { analyzed } = await import("../shared/analysis/analyze.ts");
  return { kind: "analyze", analysis: await analyzed(table, wish) };
}

async function firstRefused(
  opened: Engine,
  statements: readonly string[],
): Promise<{ readonly at: number; readonly failure: Failure } | undefined> {
  for (const [at, sql] of statements.entries()) {
    try {
      await opened.check(sql);
    } catch (thrown) {
      return { at, failure: failureOf(thrown) };
    }
  }
  return undefined;
}

async function cancel(): Promise<void> {
  try {
    const opened = await engine;
    await opened?.cancel();
  } catch {
    // Whoever wants it to end does not wait long before it ends this process.
  }
}

function failureOf(thrown: unknown): Failure {
  const part = thrown instanceof StatementRefused ? thrown.part : undefined;
  return { message: messageOf(thrown), part };
}

/** Of a database that is reached at several addresses, and at none of them, Node tells in parts. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "") return thrown.errors.map(messageOf).join("; ");
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
