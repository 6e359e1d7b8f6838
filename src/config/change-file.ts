import { basename, dirname, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { underLock } from "../upstream/oauth/file-lock.ts";
import { swapFile, textIn } from "./text-file.ts";

/** How often a change is worked out anew where somebody else keeps writing the file. */
const maxTries = 10;

/**
 * Changes a config file by what `edit` makes of its text; an empty text where there is none yet. One change at a time, also among processes:
 * whoever else uses this waits, and what anybody else writes meanwhile is edited instead of overwritten. A text that stays the same is not
 * written.
 *
 * Resolves with what the file says then.
 *
 * @throws {GatewayError} what `edit` throws; `invalid_config` — the file cannot be read or written, or is written by others all the time.
 */
export async function changeFile(
  file: string,
  { cwd, clock }: { readonly cwd: string; readonly clock: Clock },
  edit: (text: string) => string,
): Promise<string> {
  const lock = join(dirname(file), `.${basename(file)}.lock`);
  return underLock(lock, clock, async () => {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const before = await textIn(file, cwd);
      const after = edit(before ?? "");
      if (after === before || (await swapFile(file, before, after))) return after;
    }
    throw new GatewayError("invalid_config", `${basename(file)} was written by others ${maxTries} times in a row`, {
      data: { file, suggestion: "Find out what keeps writing it, then try again." },
    });
  });
}
