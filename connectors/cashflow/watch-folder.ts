import { stat } from "node:fs/promises";
import { sep } from "node:path";
import { watch } from "chokidar";
import { fileLimitDefaults, isModelFile, isPassedOver } from "./model-files.ts";

/**
 * How a watch stands: changes are noticed only while it is `on`. One that is `gone` has lost its folder, and another may find it again; one
 * that is `failed` met a limit of the system, such as that of watched files.
 */
export type WatchState = "starting" | "on" | "gone" | "failed";

/** A watch over the files of a model, until it is closed. */
export interface FolderWatch {
  readonly state: WatchState;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** How often it is looked whether the folder is still the same one, in ms: a system tells of what is in a folder, not of another in its place. */
const identityMs = 1000;

/** What a folder is, whatever it is called; undefined where there is none. */
async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}/${found.ino}`;
}

/** Calls `onChange` whenever one of the folder's YAML files, or a folder with them, came, changed or went; and once when it has begun. */
export function watchFolder(root: string, onChange: () => void): FolderWatch {
  let state: WatchState = "starting";
  const first = identityOf(root);
  const timer = setInterval(() => {
    void (async () => {
      if (state === "gone" || (await identityOf(root)) === (await first)) return;
      state = "gone";
      onChange();
    })();
  }, identityMs);
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    depth: fileLimitDefaults.maxDepth,
    ignored: (path, stats) => {
      if (path === root) return false;
      const name = path.slice(path.lastIndexOf(sep) + 1);
      return isPassedOver(name) || (stats?.isFile() === true && !isModelFile(name));
    },
  });
  watcher
    .on("ready", () => {
      if (state === "starting") state = "on";
      onChange();
    })
    .on("all", (event, path) => {
      if (event === "unlinkDir" && path === root) state = "gone";
      onChange();
    })
    .on("error", () => {
      state = "failed";
      onChange();
    });
  return {
    get state() {
      return state;
    },
    async close() {
      clearInterval(timer);
      await watcher.close();
    },
  };
}
