import { randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { type PromptStore, type PromptUse, heldOf, keptDays } from "../prompts/prompt-store.ts";
import { dayOf } from "../prompts/uses.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import { templateIn, useIn, versionIn } from "./prompt-parsing.ts";
import type { Write } from "./store.ts";

const dayMs = 86_400_000;

/** Prompts, and how often they are used, as rows. `later` takes writes that nobody waits for. */
export function promptRows(database: Database, clock: Clock, later: (key: string, write: Write) => void): PromptStore {
  const { sql, file, transaction } = database;
  const every = sql.prepare("SELECT detail FROM prompts ORDER BY name");
  const heldVersions = sql.prepare("SELECT detail FROM prompt_versions WHERE name = ? AND number IN (?, ?)");
  const ofName = sql.prepare("SELECT detail FROM prompt_versions WHERE name = ? ORDER BY number DESC");
  const add = sql.prepare("INSERT INTO prompts (name, revision, detail) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const change = sql.prepare("UPDATE prompts SET revision = ?, detail = ? WHERE name = ? AND revision = ?");
  const addVersion = sql.prepare("INSERT INTO prompt_versions (name, number, detail) VALUES (?, ?, ?)");
  const forget = sql.prepare("DELETE FROM prompt_versions WHERE name = ? AND number = ?");
  const remove = sql.prepare("DELETE FROM prompts WHERE name = ?");
  return {
    all: () =>
      tried(file, () =>
        every.all().flatMap(({ detail }) => {
          const template = templateIn(detail);
          if (template === undefined) return [];
          const { name, status, latest } = template;
          const numbers = [latest, status.kind === "published" ? status.version : latest] as const;
          const rows = heldVersions.all(name, ...numbers);
          return (
            heldOf(
              template,
              rows.flatMap((row) => versionIn(row["detail"]) ?? []),
            ) ?? []
          );
        }),
      ),
    versions: (name) => tried(file, () => ofName.all(name).flatMap(({ detail }) => versionIn(detail) ?? [])),
    put: ({ template, version, forgotten = [] }) =>
      tried(file, () =>
        transaction(() => {
          const { name, revision } = template;
          const detail = JSON.stringify(template);
          const { changes } =
            revision === 1 ? add.run(name, revision, detail) : change.run(revision, detail, name, revision - 1);
          if (Number(changes) === 0) return false;
          for (const number of forgotten) forget.run(name, number);
          if (version !== undefined) addVersion.run(name, version.number, JSON.stringify(version));
          return true;
        }),
      ),
    remove: (name) => tried(file, () => Number(remove.run(name).changes) > 0),
    hasChanged: changeSeen(database),
    ...useRows(database, clock, later),
  };
}

/** Whether another connection has changed the file (https://sqlite.org/pragma.html#pragma_data_version). */
function changeSeen({ sql, file }: Database): () => boolean {
  const version = sql.prepare("PRAGMA data_version");
  const read = (): unknown => tried(file, () => version.get()?.["data_version"]);
  let seen = read();
  return () => {
    if (!sql.isOpen) return false;
    const found = read();
    const isOther = found !== seen;
    seen = found;
    return isOther;
  };
}

const putUse = `
  INSERT INTO prompt_uses (day, upstream, prompt, version, process, count, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = excluded.count, last_at = excluded.last_at`;

const read = `
  SELECT day, upstream, prompt, version, sum(count) AS count, max(last_at) AS last_at FROM prompt_uses
  GROUP BY day, upstream, prompt, version`;

/** What processes that have ended counted of one day becomes one row. Rows of the last two days may still be written to. */
const gather = `
  INSERT INTO prompt_uses (day, upstream, prompt, version, process, count, last_at)
  SELECT day, upstream, prompt, version, '', sum(count), max(last_at) FROM prompt_uses
  WHERE day < ?1 AND process <> '' GROUP BY day, upstream, prompt, version
  ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)`;

/**
 * Each process writes rows of its own, with what it has counted so far: a write that is made twice counts once, and none waits for another
 * process. They are gathered, and those of long ago forgotten, when the first is noted.
 */
function useRows(
  { sql, file }: Database,
  clock: Clock,
  later: (key: string, write: Write) => void,
): Pick<PromptStore, "used" | "uses"> {
  const process = randomUUID();
  const put = sql.prepare(putUse);
  const every = sql.prepare(read);
  let isGathered = false;
  return {
    used({ upstream, prompt, version, day, count, lastAt }) {
      if (!isGathered) {
        isGathered = true;
        later("gathered uses of prompts", () => {
          const now = clock.now();
          const settled = dayOf(now - dayMs);
          sql.prepare(gather).run(settled);
          sql.prepare("DELETE FROM prompt_uses WHERE day < ? AND process <> ''").run(settled);
          sql.prepare("DELETE FROM prompt_uses WHERE day < ?").run(dayOf(now - keptDays * dayMs));
        });
      }
      later(`use of prompt ${JSON.stringify([upstream, prompt, version, day])}`, () => {
        put.run(day, upstream, prompt, version, process, count, lastAt);
      });
    },
    uses: (): readonly PromptUse[] => tried(file, () => every.all().flatMap((row) => useIn(row) ?? [])),
  };
}
