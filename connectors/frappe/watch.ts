import { z } from "zod";
import { FrappeError } from "./client/frappe-error.ts";
import { type Desk, tellChanged } from "./desk/desk.ts";

/** Changes of one DocType that are told one by one; beyond, the whole DocType is told. */
const mostChanges = 90;

/** What is watched for changes that others make. */
export const watchSchema = z.strictObject({
  doctypes: z.array(z.string().min(1).max(140)).min(1).max(50),
  everyMs: z.int().min(1000).max(3_600_000).default(30_000).describe("How often the site is asked, in ms."),
});

/**
 * Asks the site now and then which documents of some DocTypes have changed, and says so: what is kept of them is dropped. Documents that were deleted
 * are not told by a site, and stay until their time is over. Ends with the signal.
 */
export function watchSite(
  desk: Desk,
  { doctypes, everyMs }: z.output<typeof watchSchema>,
  signal: AbortSignal,
): { readonly look: () => Promise<void>; readonly close: () => void } {
  const since = new Map<string, string>();
  let looking = Promise.resolve();
  const look = (): Promise<void> => {
    looking = looking.then(async () => {
      for (const doctype of doctypes) if (!signal.aborted) await lookAt(desk, doctype, since, signal);
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
    },
  };
}

async function lookAt(desk: Desk, doctype: string, since: Map<string, string>, signal: AbortSignal): Promise<void> {
  const { client } = desk.visitor(undefined);
  const last = since.get(doctype);
  const query = {
    fields: ["name", "modified"],
    ...(last !== undefined && { filters: [["modified", ">", last]] }),
    orderBy: "modified desc",
    limit: last === undefined ? 1 : mostChanges + 1,
  };
  try {
    const rows = await client.list(doctype, query, signal);
    const newest = rows[0]?.["modified"];
    if (typeof newest === "string") since.set(doctype, newest);
    else if (last === undefined) since.set(doctype, "1970-01-01 00:00:00");
    if (last === undefined || rows.length === 0) return;
    tellChanged(desk, doctype, ...rows.slice(0, mostChanges).map(({ name }) => String(name)));
  } catch (thrown) {
    // A site that is away now is asked again at the next look.
    if (!(thrown instanceof FrappeError)) throw thrown;
  }
}
