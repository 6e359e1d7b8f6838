/** A program to run, and what it is given. */
export interface Program {
  readonly code: string;
  /** JSON of what the program finds as `data`. */
  readonly data: string;
  /** Names of variables whose values are wanted at its end. */
  readonly variables: readonly string[];
  /** Characters of each of what is printed, the result and the variables; what is beyond is cut off. */
  readonly maxCharacters: number;
}

/** What a program came to. */
export interface ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** JSON of the value of its last expression; undefined where that is none, or None. */
  readonly result: string | undefined;
  /** JSON of each variable that was wanted and is there. */
  readonly variables: Readonly<Record<string, string>>;
  /** Python's own words, with the lines of the program that led there; undefined where it ran to its end. */
  readonly error: string | undefined;
  /** Whether something was cut off. */
  readonly isCut: boolean;
}

export type ToSandbox = { readonly type: "run"; readonly program: Program };

export type FromSandbox =
  | { readonly type: "ready" }
  | { readonly type: "done"; readonly end: ProgramEnd }
  | { readonly type: "broken"; readonly message: string };
