import { filterIn } from "../audit/audit-filter.ts";
import { checkPages, exportTexts, formatIn } from "../audit/export.ts";
import { ChainCheck, headIn, headText } from "../audit/hash-chain.ts";
import { notOnRecord, shortRow, wholeRow } from "../audit/shown-row.ts";
import { systemClock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { openTrail } from "../store/open-trail.ts";
import { type ClientOptions, namedGateway, runningGateway } from "./reached.ts";
import { type Context, chooseConfig } from "./context.ts";
import { type Reached, askGateway, streamFrom } from "./running.ts";

/** What is on record, wherever it is read: the answers are those of the gateway's addresses. */
export interface AuditSource extends Disposable {
  list(filter: Given): Promise<JsonObject>;
  show(id: string): Promise<JsonObject>;
  summary(period: Given): Promise<JsonObject>;
  verify(anchor: string | undefined): Promise<JsonObject>;
  /** Text, piece by piece; the format is `given.format`. */
  export(given: Given): AsyncIterable<string>;
}

/** A filter as it was given; what is undefined was not. */
export type Given = Readonly<Record<string, string | undefined>>;

/**
 * What the gateway at `--url` has on record, else that of the one that runs for this configuration, which also shows what it has not written
 * yet; else the file.
 *
 * @throws {GatewayError} `invalid_config`, `store_unavailable`.
 */
export async function auditSource(context: Context, options: ClientOptions): Promise<AuditSource> {
  const named = namedGateway(context, options);
  if (named !== undefined) return remote(named);
  const { config } = await chooseConfig(context, options);
  const running = await runningGateway(config, context, options);
  return running === undefined ? local(config.dataDir) : remote(running);
}

/** A large record takes long to go through. */
const longMs = 600_000;

function remote(gateway: Reached): AuditSource {
  const ask = async (path: string, given: Given, waitMs = 10_000): Promise<JsonObject> => {
    const answer = await askGateway(gateway, `${path}${queryOf(given)}`, { waitMs });
    if (isJsonObject(answer)) return answer;
    throw new GatewayError("upstream_unavailable", `What answers at ${gateway.url} keeps no record`);
  };
  return {
    list: (filter) => ask("/api/calls", filter),
    show: (id) => ask(`/api/calls/${encodeURIComponent(id)}`, {}),
    summary: (period) => ask("/api/audit/summary", period, longMs),
    verify: (anchor) => ask("/api/audit/verify", { anchor }, longMs),
    export: (given) => streamFrom(gateway, `/api/audit/export${queryOf(given)}`),
    [Symbol.dispose]: () => undefined,
  };
}

function queryOf(given: Given): string {
  const pairs = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}

function local(dataDir: string): AuditSource {
  const { trail, close } = openTrail(dataDir);
  const now = systemClock.now();
  return {
    async list(given) {
      const filter = filterIn(given, now);
      return Promise.resolve({ rows: trail.find(filter).map(shortRow) });
    },
    async show(id) {
      const row = trail.get(id);
      if (row === undefined) throw notOnRecord(id);
      return Promise.resolve(wholeRow(row));
    },
    async summary(given) {
      const { since = 0, until = now } = filterIn(given, now);
      return Promise.resolve({ ...trail.summary({ since, until }) });
    },
    async verify(anchor) {
      const check = new ChainCheck(anchor === undefined ? undefined : anchorIn(anchor));
      for (const _ of checkPages(trail, check)) continue;
      const { head, ...report } = check.report();
      return Promise.resolve({ ...report, head: head && headText(head) });
    },
    async *export({ format, ...given }) {
      yield* exportTexts(trail, filterIn(given, now), formatIn(format));
    },
    [Symbol.dispose]: close,
  };
}

function anchorIn(text: string): ReturnType<typeof headIn> {
  const head = headIn(text);
  if (head !== undefined) return head;
  throw new GatewayError("usage", `--anchor must be NUMBER:HASH, as verify shows it, got ${JSON.stringify(text)}`);
}
