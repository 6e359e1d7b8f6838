import { randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { type PromptStore, heldOf, keptDays } from "../prompts/prompt-store.ts";
import { dayOf } from "../prompts/uses.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import { dayUseIn, headIn, templateIn, versionIn, versionUseIn } from "./prompt-parsing.ts";
import type { Write } from "./store.ts";

const dayMs = 86_400_000;

/** Prompts, and how often they are used, as rows. `later` takes writes that nobody waits for. */
export function promptRows(database: Database, clock: Clock, later: (key: string, write: Write) => void): PromptStore {
  const { sql, file, transaction } = database;
  const every = sql.prepare("SELECT detail FROM prompts ORDER BY name");
  const heldVersions = sql.prepare("SELECT detail FROM prompt_versions WHERE name = ? AND number IN (?, ?)");
  const ofName = sql.prepare(readHeads);
  const one = sql.prepare("SELECT detail FROM prompt_versions WHERE name = ? AND number = ?");
  const add = sql.prepare("INSERT INTO prompts (name, revision, detail) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const change = sql.prepare("UPDATE prompts SET revision = ?, detail = ? WHERE name = ? AND revision = ?");
  const addVersion = sql.prepare("INSERT INTO prompt_versions (name, number, detail) VALUES (?, ?, ?)");
  const forget = sql.prepare("DELETE FROM prompt_versions WHERE name = ? AND number = ?");
  const remove = sql.prepare("DELETE FROM prompts WHERE name = ?");
  const ofOthers = new Changes(database);
  return {
    all: () =>
      tried(file, () =>
        ofOthers.read(every.all()).flatMap(({ detail }) => {
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
    versions: (name) => tried(file, () => ofName.all(name).flatMap(({ detail }) => headIn(detail) ?? [])),
    version: (name, number) => tried(file, () => versionIn(one.get(name, number)?.["detail"])),
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
    hasChanged: () => sql.isOpen && tried(file, () => ofOthers.are(() => every.all())),
    ...useRows(database, clock, later),
  };
}

type TemplateRows = readonly { readonly detail?: unknown }[];

/**
 * Whether another process has changed templates. Of the file that is cheap to know (https://sqlite.org/pragma.html#pragma_data_version), and true
 * whenever it puts a call on record; what the templates' own rows say then, which their texts are not among, is read in a millisecond, and all
 * of them in half a second.
 */
class Changes {
  readonly #version: ReturnType<Database["sql"]["prepare"]>;
  #seen: unknown;
  #known = "";

  constructor({ sql, file }: Database) {
    this.#version = sql.prepare("PRAGMA data_version");
    this.#seen = tried(file, () => this.#fileVersion());
  }

  /** Takes note of these rows, which are those of all templates. */
  read<Rows extends TemplateRows>(rows: Rows): Rows {
    this.#known = textOf(rows);
    return rows;
  }

  are(rows: () => TemplateRows): boolean {
    const found = this.#fileVersion();
    if (found === this.#seen) return false;
    this.#seen = found;
    const before = this.#known;
    this.read(rows());
    return this.#known !== before;
  }

  #fileVersion(): unknown {
    return this.#version.get()?.["data_version"];
  }
}

function textOf(rows: TemplateRows): string {
  return rows.map(({ detail }) => String(detail)).join("\n");
}

const putUse = `
  INSERT INTO prompt_uses (day, upstream, prompt, version, process, count, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = excluded.count, last_at = excluded.last_at`;

/** Without what they say: that is long, and nobody wants all of it. */
const readHeads = `
  SELECT CASE WHEN json_valid(detail) THEN json_remove(detail, '$.content') END AS detail FROM prompt_versions
  WHERE name = ? ORDER BY number DESC`;

const readVersions = `
  SELECT upstream, prompt, version, sum(count) AS count, max(last_at) AS last_at FROM prompt_uses
  GROUP BY upstream, prompt, version`;

const readDays = `
  SELECT upstream, prompt, day, sum(count) AS count FROM prompt_uses WHERE day >= ? GROUP BY upstream, prompt, day`;

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
  const [byVersion, byDay] = [sql.prepare(readVersions), sql.prepare(readDays)];
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
    uses: (since) =>
      tried(file, () => ({
        versions: byVersion.all().flatMap((row) => versionUseIn(row) ?? []),
        days: byDay.all(since).flatMap((row) => dayUseIn(row) ?? []),
      })),
  };
}
