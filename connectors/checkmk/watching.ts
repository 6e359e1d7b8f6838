import { type Change, toldChange, uriOf, usesOf } from "./change.ts";
import type { ChangeWatch } from "./change-watch.ts";

/** One of the things that changed, for those who watch. */
export interface ToldEntity {
  readonly uri: string;
  readonly change: "created" | "modified" | "deleted";
  readonly says: string;
}

/** Who is told of what changed. */
export type TellChanges = (uses: readonly string[], entities: readonly ToldEntity[]) => void;

/** Looks that go on until they are stopped. */
export interface Watching {
  /** Safe to call twice. */
  readonly close: () => void;
}

/** Looks at a site every so many ms, from when the last look was over, and tells what changed. No site waits for another. */
export function watchChanges(watch: ChangeWatch, everyMs: number, tell: TellChanges): Watching {
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const lookOnce = async (): Promise<void> => {
    try {
      tellAll(await watch.look(closing.signal), tell);
    } finally {
      if (!closing.signal.aborted) timer = setTimeout(look, everyMs).unref();
    }
  };
  const look = (): void => {
    lookOnce().catch((thrown: unknown) => {
      // Whoever closes it does not want what was under way; anything else is a defect, which must not pass unseen.
      if (!closing.signal.aborted) throw thrown;
    });
  };
  look();
  return {
    close: () => {
      clearTimeout(timer);
      closing.abort(new Error("The watch was closed"));
    },
  };
}

/** Tells changes, if there are any: each name once. */
export function tellAll(changes: readonly Change[], tell: TellChanges): void {
  if (changes.length === 0) return;
  const uses = new Set(changes.flatMap(usesOf));
  tell([...uses], changes.map(toldEntity));
}

function toldEntity(change: Change): ToldEntity {
  const isGone = change.kind === "standing" && change.after === undefined;
  return { uri: uriOf(change), change: isGone ? "deleted" : "modified", says: toldChange(change) };
}
