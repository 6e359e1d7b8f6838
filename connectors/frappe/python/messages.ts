import { z } from "zod";

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

/** What a sandbox says, as it is meant to be. */
export type FromSandbox =
  | { readonly type: "ready" }
  | { readonly type: "done"; readonly end: ProgramEnd }
  | { readonly type: "broken"; readonly message: string };

/**
 * What a sandbox has said, which the program in it may have had a hand in: what is not as it is meant to be, or longer than was asked for, is `broken`.
 */
export function saidBy(message: unknown, asked: Program | undefined): FromSandbox {
  const known = schemaFor(asked?.maxCharacters ?? 0).safeParse(message);
  if (!known.success) return { type: "broken", message: "it answered what is no answer" };
  if (known.data.type !== "done") return known.data;
  const { end } = known.data;
  const wanted = new Set(asked?.variables);
  const kept = Object.entries(end.variables).filter(([name]) => wanted.has(name));
  return { type: "done", end: { ...end, variables: Object.fromEntries(kept) } };
}

function schemaFor(maxCharacters: number) {
  const text = z.string().max(maxCharacters);
  return z.discriminatedUnion("type", [
    z.object({ type: z.literal("ready") }),
    z.object({ type: z.literal("broken"), message: z.string().max(1000) }),
    z.object({
      type: z.literal("done"),
      end: z.object({
        stdout: text,
        stderr: text,
        result: text.optional().transform((value) => value),
        variables: z.record(z.string(), text),
        error: text.optional().transform((value) => value),
        isCut: z.boolean(),
      }),
    }),
  ]);
}
