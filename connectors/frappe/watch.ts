import { z } from "zod";
import { FrappeError } from "./client/frappe-error.ts";
import type { Desk } from "./desk/desk.ts";
import { tellForeign } from "./desk/foreign.ts";

/** Changes of one DocType that one look finds; what is more, the next one does. */
const mostChanges = 10_000;

/** What is watched for changes that others make. */
export const watchSchema = z.strictObject({
  doctypes: z.array(z.string().min(1).max(140)).min(1).max(50),
  everyMs: z.int().min(1000).max(3_600_000).default(30_000).describe("How often the site is asked, in ms."),
});

/**
 * Asks the site now and then which documents of some DocTypes have changed, and says so: what is kept of them is dropped, and who watches
 * is told. Documents that were deleted are not told by a site, and stay until their time is over. Ends with the signal.
 */
export function watchSite(
  desk: Desk,
  { doctypes, everyMs }: z.output<typeof watchSchema>,
  signal: AbortSignal,
): { readonly look: () => Promise<void>; readonly close: () => void } {
  const since = new Map<string, string>();
  const closing = new AbortController();
  const ending = AbortSignal.any([signal, closing.signal]);
  let looking: Promise<void> | undefined;
  const lookAtAll = async (): Promise<void> => {
    for (const doctype of doctypes) if (!ending.aborted) await lookAt(desk, doctype, since, ending);
  };
  // A site that is slower than it is asked is not asked the more: who looks while that is done waits for it.
  const look = (): Promise<void> => {
    looking ??= lookAtAll().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  // The next look tells what one that failed would have.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  timer.unref();
  return {
    look,
    close: () => {
      clearInterval(timer);
      closing.abort(new Error("The site is not watched any more"));
    },
  };
}

async function lookAt(desk: Desk, doctype: string, since: Map<string, string>, signal: AbortSignal): Promise<void> {
  const { client } = desk.visitor(undefined);
  const last = since.get(doctype);
  const query = {
    fields: ["name", "modified", "creation"],
    ...(last !== undefined && { filters: [["modified", ">", last]] }),
    orderBy: last === undefined ? "modified desc" : "modified asc",
    limit: last === undefined ? 1 : mostChanges,
  };
  try {
    const rows = await client.list(doctype, query, signal);
    const newest = rows.at(-1)?.["modified"];
    if (typeof newest === "string") since.set(doctype, newest);
    else if (last === undefined) since.set(doctype, "1970-01-01 00:00:00");
    if (last === undefined || rows.length === 0) return;
    tellForeign(
      desk,
      doctype,
      rows.map(({ name: given, creation }) => {
        const [name, isNew] = [String(given), typeof creation === "string" && creation > last];
        return isNew
          ? { name, change: "created", says: "was created" }
          : { name, change: "modified", says: "was changed" };
      }),
    );
  } catch (thrown) {
    // A site that is away now is asked again at the next look.
    if (!(thrown instanceof FrappeError) && !signal.aborted) throw thrown;
  }
}
