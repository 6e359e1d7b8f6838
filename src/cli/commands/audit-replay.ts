import { type NotReplayable, type Replayable, differencesOf, replayable } from "../../audit/replay.ts";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonChange } from "../../core/json-diff.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import type { Connection } from "../../upstream/connection.ts";
import { auditSource } from "../audit-source.ts";
import { connectTo, connectToAddress } from "../client.ts";
import { type ClientOptions } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printable } from "../terminal.ts";

export interface ReplayOptions extends ClientOptions {
  readonly upstream: string;
  readonly since: string;
  readonly until?: string;
  readonly against?: string;
  readonly limit: string;
}

/** What became of the calls of a period. */
interface Tally {
  same: number;
  different: number;
  failed: number;
  /** Not repeated, by reason. */
  readonly skipped: Partial<Record<NotReplayable, number>>;
}

/**
 * Repeats the calls of an upstream's read-only tools and shows where the results differ from those on record; ends with 6 where one does.
 * What cannot be repeated faithfully, because something of it was redacted or cut off, is skipped and counted.
 *
 * @throws {GatewayError} what reading the record and connecting throw.
 */
export async function auditReplay(context: Context, options: ReplayOptions): Promise<number> {
  const { upstream, against = upstream, since, json } = options;
  // What is repeated may go on record itself.
  const until = options.until ?? String(systemClock.now());
  const max = limitIn(options.limit);
  using source = await auditSource(context, options);
  const client = /^https?:\/\//.test(against)
    ? await connectToAddress(against, {}, context)
    : await connectTo(against, context, options);
  const tally: Tally = { same: 0, different: 0, failed: 0, skipped: {} };
  try {
    const isReadOnly = await readOnlyTools(client.connection, context.signal);
    for await (const row of rowsOf(source.export({ kind: "call", upstream, since, until, format: "jsonl" }))) {
      if (context.signal.aborted || tally.same + tally.different + tally.failed >= max) break;
      const found = replayable(row, isReadOnly);
      if (typeof found === "string") tally.skipped[found] = (tally.skipped[found] ?? 0) + 1;
      else await repeat(found, client.connection, tally, context, json === true);
    }
  } finally {
    await client.close();
  }
  if (json === true) context.terminal.out(JSON.stringify({ event: "summary", ...tally }));
  else context.terminal.out(tallyText(tally));
  return tally.different + tally.failed === 0 ? exitCodes.ok : exitCodes.failed;
}

function limitIn(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new GatewayError("usage", `--limit must be a whole number from 1, got ${JSON.stringify(text)}`);
}

/** By the word of the server that answers now. */
async function readOnlyTools(connection: Connection, signal: AbortSignal): Promise<(tool: string) => boolean> {
  const { tools } = await connection.definitions(signal);
  const names = new Set(
    tools
      .filter((tool) => objectAt(tool, "annotations")?.["readOnlyHint"] === true)
      .map((tool) => stringAt(tool, "name")),
  );
  return (tool) => names.has(tool);
}

async function* rowsOf(texts: AsyncIterable<string>): AsyncGenerator<JsonObject> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const row: unknown = JSON.parse(line);
      if (isJsonObject(row)) yield row;
    }
  }
}

async function repeat(
  call: Replayable,
  connection: Connection,
  tally: Tally,
  context: Context,
  isJson: boolean,
): Promise<void> {
  const { answer } = await connection.call(
    {
      method: "tools/call",
      params: { name: call.tool, arguments: call.arguments },
      meta: undefined,
      progressToken: undefined,
      logLevel: undefined,
      caller: { info: undefined, capabilities: {} },
    },
    { signal: context.signal, onNotification: () => undefined },
  );
  const { terminal } = context;
  const { id, tool } = call;
  if (answer.kind === "error") {
    tally.failed += 1;
    const { message } = answer.error;
    terminal.out(
      isJson ? JSON.stringify({ event: "failed", id, tool, message }) : printable(`${tool} ${id}: ${message}`),
    );
    return;
  }
  const changes = differencesOf(call, answer.result.value);
  if (changes.length === 0) tally.same += 1;
  else {
    tally.different += 1;
    terminal.out(isJson ? JSON.stringify({ event: "different", id, tool, changes }) : changesText(call, changes));
  }
}

function changesText({ id, tool }: Replayable, changes: readonly JsonChange[]): string {
  const lines = changes.map(
    ({ path, before, after }) => `  ${path}\n    - ${before ?? "nothing"}\n    + ${after ?? "nothing"}`,
  );
  return [`${printable(tool)} ${id}`, ...lines].join("\n");
}

const reasons: Readonly<Record<NotReplayable, string>> = {
  no_tool_call: "not of a tool",
  not_read_only: "of tools that are not read-only there",
  no_result: "ended without a result",
  arguments_redacted: "with arguments redacted or cut",
  result_redacted: "with a result redacted or cut",
  not_kept: "without arguments or result on record",
};

function tallyText({ same, different, failed, skipped }: Tally): string {
  const left = Object.keys(reasons)
    .filter((reason): reason is NotReplayable => reason in skipped)
    .map((reason) => `${String(skipped[reason])} ${reasons[reason]}`);
  const head = `${same + different + failed} repeated: ${same} the same, ${different} different, ${failed} failed.`;
  return left.length === 0 ? head : `${head} Left out: ${left.join(", ")}.`;
}
