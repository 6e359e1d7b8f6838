import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { nameWords, wordsIn } from "./words.ts";

/** Something that can be found. */
export interface Text {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Names of its parts, which count least. */
  readonly parts: readonly string[];
}

/** Texts in an index at the most: what comes after is not found. */
export const maxTexts = 5000;
/** Characters that are indexed of each member of a text. */
const maxIndexed = 2000;
/** Characters of a question that are looked at. */
const maxAsked = 1000;
/** Different words of a question that are looked for. */
const maxWords = 32;
/** Texts indexed at one go, about 5 ms: others have their turn in between. */
const sliceSize = 100;

/** English words that say nothing of what a tool does: they are looked for only where there are no others. */
const fillers: ReadonlySet<string> = new Set(
  (
    "a an and any are as at be by can could do does for from have how i if in into is it its like me my need of on or our please " +
    "should so some that the their them then there these this to tool tools want was we what when where which who with would you your"
  ).split(" "),
);

/** A word weighs so much in a name, a title, a description, and among the parts. */
const weights = "10.0, 5.0, 2.0, 1.0";

/*
 * Without contents of its own, as whoever asks has the texts. Words are reduced to their English stems, accents are left out.
 */
const schema = `CREATE VIRTUAL TABLE texts USING fts5(
  name, title, description, parts, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
)`;

/**
 * Texts in memory that can be searched by words.
 *
 * @see https://www.sqlite.org/fts5.html
 */
export class TextIndex implements Disposable {
  readonly #database: DatabaseSync;
  readonly #search: StatementSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#search = database.prepare(
      `SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, ${weights}), rowid LIMIT ?`,
    );
  }

  /** Indexes texts, the first {@link maxTexts} of them: about 25 µs each, in slices. */
  static async of(texts: readonly Text[]): Promise<TextIndex> {
    // Loaded when it is needed: it takes 5 to 25 ms, and most gateways never search.
    const sqlite = await import("node:sqlite");
    const database = new sqlite.DatabaseSync(":memory:");
    database.exec(schema);
    const insert = database.prepare(
      "INSERT INTO texts (rowid, name, title, description, parts) VALUES (?, ?, ?, ?, ?)",
    );
    const taken = texts.slice(0, maxTexts);
    for (let from = 0; from < taken.length; from += sliceSize) {
      if (from > 0) await setImmediate();
      database.exec("BEGIN");
      for (const [at, text] of taken.slice(from, from + sliceSize).entries()) insert.run(from + at, ...columnsOf(text));
      database.exec("COMMIT");
    }
    return new TextIndex(database);
  }

  /**
   * Where the texts that fit stand in what was indexed, best first. A text fits where it has one word of the question, or a word that
   * begins so; equally good ones keep their order. No question is wrong: what has no words finds nothing.
   */
  find(question: string, limit: number): number[] {
    const words = wordsIn(question.slice(0, maxAsked)).map((word) => word.toLowerCase());
    const telling = words.filter((word) => !fillers.has(word));
    const distinct = [...new Set(telling.length === 0 ? words : telling)].slice(0, maxWords);
    if (distinct.length === 0) return [];
    return this.#search.all(matchOf(distinct), limit).map(({ rowid }) => Number(rowid));
  }

  /** Frees its memory. Safe to call twice. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A word as it stands counts beside words that begin with it, so that the whole word ranks before its continuations. */
function matchOf(words: readonly string[]): string {
  // In quotes a word is a string, whatever it spells: AND, OR and NEAR are words like any other. It holds no quotes, being a word.
  return words.map((word) => `"${word}" OR "${word}"*`).join(" OR ");
}

function columnsOf({ name, title, description, parts }: Text): [string, string, string, string] {
  return [
    nameWords(name.slice(0, maxIndexed)).join(" "),
    wordsIn(title.slice(0, maxIndexed)).join(" "),
    wordsIn(description.slice(0, maxIndexed)).join(" "),
    parts.join(" ").slice(0, maxIndexed).split(" ").flatMap(nameWords).join(" "),
  ];
}
