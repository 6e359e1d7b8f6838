import { ToolFailure } from "switchyard/connector";
import type { Activator } from "../activator.ts";
import { CheckmkError } from "../checkmk-error.ts";
import { shownActivation } from "./shown-activation.ts";

/** One of several writes that a change is made of. */
export interface Step {
  /** What is so once it is made, as the end of a sentence. */
  readonly text: string;
  readonly make: () => Promise<unknown>;
}

/** A change that was begun and not made to its end: the site has a part of it. */
export class HalfMade extends Error {
  override readonly name = "HalfMade";
  readonly done: readonly string[];
  readonly left: readonly string[];

  constructor(done: readonly Step[], left: readonly Step[], cause: unknown) {
    super("a change was made in part", { cause });
    this.done = done.map(({ text }) => text);
    this.left = left.map(({ text }) => text);
  }
}

/** Makes one write after the other. @throws {HalfMade} one of them failed, and not the first; what the first throws. */
export async function inSteps(steps: readonly Step[]): Promise<void> {
  for (const [at, { make }] of steps.entries()) {
    try {
      await make();
    } catch (thrown) {
      if (at === 0) throw thrown;
      throw new HalfMade(steps.slice(0, at), steps.slice(at), thrown);
    }
  }
}

/** Makes a change; of one that was made in part, what is made waits for activation as any other does, and the failure says so. */
export async function wholly<T>(activator: Activator, make: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (!(thrown instanceof HalfMade)) throw thrown;
    const { cause, done, left } = thrown;
    const { note } = shownActivation(await activator.afterChange(signal));
    if (!(cause instanceof CheckmkError || cause instanceof ToolFailure)) throw cause;
    const parts = `Done: ${done.join("; ")}. Not done: ${left.join("; ")}.`;
    const why = cause.message.replace(/\.?$/, ".");
    throw new ToolFailure(`Only a part was done. ${parts} ${why} Of what was done: ${note}`, { cause });
  }
}
