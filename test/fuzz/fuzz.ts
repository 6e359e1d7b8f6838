import * as fc from "fast-check";

/** Something that must hold whatever comes, and the name by which it is asked for. */
export interface Fuzz {
  readonly name: string;
  readonly property: fc.IAsyncProperty<unknown> | fc.IProperty<unknown>;
  /** Cases that `npm test` tries: they take a second at the most. */
  readonly runs: number;
}

/** How far a fuzz goes, and where it begins: what a failure prints is what makes it come again. */
export interface FuzzRun {
  readonly seed: number;
  /** Leads straight to one case: from the report of an earlier failure. */
  readonly path?: string | undefined;
  /** Cases at the most. */
  readonly runs?: number;
  /** Time at the most, in ms; a case that has begun is finished. */
  readonly withinMs?: number;
}

/**
 * Tries a fuzz; resolves with the number of cases that held.
 *
 * @throws {Error} with the smallest case that does not hold, and the arguments that play it again.
 */
export async function tryOut({ name, property }: Fuzz, run: FuzzRun): Promise<number> {
  const { seed, path, runs = Number.MAX_SAFE_INTEGER, withinMs } = run;
  const details = await fc.check(property, {
    seed,
    ...(path === undefined ? {} : { path }),
    numRuns: runs,
    ...(withinMs === undefined ? {} : { plugins: [fc.interruptAfterTimeLimit(withinMs)] }),
  });
  if (details.counterexample === null) return details.numRuns;
  const cause = details.errorInstance;
  throw new Error(
    [
      `${name} does not hold, after ${details.numRuns} cases and ${details.numShrinks} steps towards a smaller one:`,
      cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      fc.stringify(details.counterexample),
      `Again: npm run fuzz -- --only ${name} --seed ${details.seed} --path ${details.counterexamplePath}`,
    ].join("\n\n"),
  );
}
