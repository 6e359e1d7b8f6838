import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Batch, SiteFailure, StreamOptions } from "../monitoring.ts";
import { noneAnswered } from "./every-site.ts";
import { type Kind, type Place, compareNames, comparePlaces } from "./kinds.ts";
import { type PartedSite, rangesOf } from "./parts.ts";

const positionSchema = z.tuple([z.string(), z.string(), z.string()]);

/** A place among all sites. */
interface Position extends Place {
  readonly site: string;
}

/** What is read of which sites, and where each row of it stands. */
export interface StreamOf<Row> extends Pick<Kind<Row>, "placeOf"> {
  readonly sites: readonly PartedSite<Row>[];
}

/**
 * All rows that fit, site by site in the order of their names, and in batches. The next two parts are fetched while the last is used,
 * and no more than that: memory does not grow with the number of rows, and no site waits for who reads slowly.
 *
 * A site that fails is left out from there on, which the next batch says, or one without rows at the end.
 *
 * @throws {ToolFailure} `after` is no position; no site answered at all.
 * @throws the signal's reason.
 */
export async function* eachBatch<Row>(of: StreamOf<Row>, options: StreamOptions): AsyncGenerator<Batch<Row>> {
  const { batchSize, signal } = options;
  const after = options.after === undefined ? undefined : positionOf(options.after);
  const failures: SiteFailure[] = [];
  let told = 0;
  const sites = of.sites
    .filter(({ name }) => after === undefined || compareNames(name, after.site) >= 0)
    .toSorted((a, b) => compareNames(a.name, b.name));
  const batchOf = (site: PartedSite<Row>, rows: readonly Row[]): Batch<Row> => {
    told = failures.length;
    const last = rows.at(-1);
    const place = last === undefined ? behindAll : of.placeOf(last);
    return { rows, position: positionText({ site: site.name, ...place }), failures: [...failures] };
  };
  for (const site of sites) {
    let rest: readonly Row[] = [];
    try {
      const from = { after: after?.site === site.name ? after : undefined, begin: Math.max(batchSize, beginWith) };
      for await (const part of partsOf(site, of.placeOf, from, signal)) {
        const rows = rest.length === 0 ? part : [...rest, ...part];
        const whole = rows.length - (rows.length % batchSize);
        for (let at = 0; at < whole; at += batchSize) yield batchOf(site, rows.slice(at, at + batchSize));
        rest = rows.slice(whole);
      }
    } catch (thrown) {
      failures.push(site.failureOf(thrown));
    }
    if (rest.length > 0) yield batchOf(site, rest);
  }
  if (failures.length > 0 && failures.length === sites.length) throw noneAnswered(failures);
  const last = sites.at(-1);
  if (last !== undefined && told < failures.length) yield batchOf(last, []);
}

/** Rows that are read of a site first, at the least. */
const beginWith = 1000;

/** Parts that are asked for beyond the one that is used: while what has come is made into rows, a site is at work on the next. */
const partsAhead = 2;

/** The rows of one site in order, some thousand at once. The parts after the one that is used are under way. */
async function* partsOf<Row>(
  site: PartedSite<Row>,
  placeOf: Kind<Row>["placeOf"],
  { after, begin }: { readonly after: Place | undefined; readonly begin: number },
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const hosts = await site.boundByHost(after?.host, either);
  const ranges = rangesOf(hosts, site.atOnce, begin);
  const ahead: Promise<readonly Row[]>[] = [];
  const askAhead = (): void => {
    while (ahead.length < partsAhead) {
      const { done, value } = ranges.next();
      if (done === true) return;
      const part = site.within(value, either);
      // It is awaited when its turn comes, if it ever does.
      part.catch(() => undefined);
      ahead.push(part);
    }
  };
  try {
    for (askAhead(); ahead.length > 0;) {
      const part = (await ahead.shift()) ?? [];
      askAhead();
      yield after === undefined ? part : part.filter((row) => comparePlaces(placeOf(row), after) > 0);
    }
  } finally {
    leaving.abort(new Error("The stream was left"));
  }
}

/** Behind every host that a site can have. */
const behindAll: Place = { host: "\u{10ffff}", description: "" };

function positionText({ site, host, description }: Position): string {
  return Buffer.from(JSON.stringify([site, host, description])).toString("base64url");
}

function positionOf(text: string): Position {
  try {
    const [site, host, description] = positionSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
    return { site, host, description };
  } catch (cause) {
    throw new ToolFailure(
      `The cursor ${JSON.stringify(text.slice(0, 100))} is none that was given here. Begin again without one.`,
      { cause },
    );
  }
}
