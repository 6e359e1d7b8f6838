import { watch } from "chokidar";

/** A watch over one file, until it is closed. */
export interface FileWatch {
  /** Safe to call twice. Resolves when a change that is being taken up has been. */
  close(): Promise<void>;
}

/** A burst of writes counts as one change once the file has been quiet for this long, in ms. */
const quietMs = 100;

/**
 * Calls `onChange` whenever the file was written or replaced; never twice at once, and once more where it changed meanwhile. Also once when
 * the watch has begun: until then nobody is told of changes.
 */
export function watchFile(path: string, onChange: () => Promise<void>): FileWatch {
  let state: "idle" | "running" | "again" = "idle";
  let running: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    do {
      state = "running";
      await onChange();
    } while (isAgain());
    state = "idle";
  };
  const isAgain = (): boolean => state === "again";
  const changed = (): void => {
    if (state === "idle") running = run();
    else state = "again";
  };
  const watcher = watch(path, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: quietMs, pollInterval: 20 },
  });
  watcher.on("ready", changed).on("add", changed).on("change", changed);
  return {
    async close() {
      await watcher.close();
      await running;
    },
  };
}
