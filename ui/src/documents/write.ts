import { useState } from "react";
import { announce } from "../parts/told.ts";
import { queries } from "../queries.ts";
import { computed, subject } from "./ask.ts";

/** Something that is written to the site, and how that went. */
export interface Write {
  readonly isRunning: boolean;
  /** Why the last one did not work. */
  readonly problem: unknown;
  /** Does it, says so, and has read anew what is shown; whether it worked. */
  readonly run: (write: () => Promise<void>, done: string) => Promise<boolean>;
}

/** Writes to the site, one at a time; what it refuses stays to be read until the next one. */
export function useWrite(): Write {
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const run = async (write: () => Promise<void>, done: string): Promise<boolean> => {
    setIsRunning(true);
    setProblem(undefined);
    try {
      await write();
      announce(done);
      return true;
    } catch (thrown) {
      setProblem(thrown);
      return false;
    } finally {
      // Also where it is not known whether it was written.
      await queries.invalidateQueries({
        predicate: ({ queryKey: [first] }) => first === subject || first === computed,
      });
      setIsRunning(false);
    }
  };
  return { isRunning, problem, run };
}
