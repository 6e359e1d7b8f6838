import { ToolFailure } from "switchyard/connector";
import { CheckmkError } from "./checkmk-error.ts";

/** Runs something that asks a site, and tells what went wrong as what the caller, or the operator, can do something about. */
export async function told<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof CheckmkError)) throw thrown;
    throw new ToolFailure(thrown.message, { cause: thrown });
  }
}

/** What it gives; undefined where there is no such thing. */
export async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof CheckmkError && thrown.code === "not_found") return undefined;
    throw thrown;
  }
}
