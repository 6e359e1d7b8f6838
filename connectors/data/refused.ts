/** A statement that is not run, because it does more than read or cannot be known to do no more. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";
  /** What in the statement it is about, as a person finds it there. */
  readonly part: string;

  constructor(part: string, reason: string) {
    super(`${part}: ${reason}`);
    this.part = part;
  }
}

/** For what does more than read, whatever it is called. */
export function notReading(part: string): StatementRefused {
  return new StatementRefused(part, "only one SELECT that reads and changes nothing is run here; write it as such");
}

/** For a function of which nobody says that it only computes. */
export function unsafeFunction(name: string): StatementRefused {
  return new StatementRefused(
    `${name}()`,
    "this function may do more than compute, or is not known here; leave it out, or compute it afterwards",
  );
}

/** For a text with another number of statements than one. */
export function notOne(count: number): StatementRefused {
  return new StatementRefused(
    `${count} statements`,
    "exactly one is run at a time; send each by itself, without what follows the first ;",
  );
}

/** What a statement begins with, for messages alone: nothing is decided by it. */
export function firstWords(sql: string): string {
  const bare = sql.replaceAll(/\/\*[\s\S]*?\*\/|--[^\n]*/g, " ").trim();
  return /^[A-Za-z]+/.exec(bare)?.[0].toUpperCase() ?? JSON.stringify(bare.slice(0, 20));
}
