/** The dated MCP specifications that Switchyard speaks, oldest first. */
export const revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] as const;

/** A dated MCP specification. */
export type Revision = (typeof revisions)[number];

/**
 * `legacy` revisions begin with `initialize` and hold a session, `modern` ones carry everything in each request.
 *
 * @see MCP 2026-07-28, basic/versioning, Terminology.
 */
export type Era = "legacy" | "modern";

/** The newest revision of each era: what is offered first. */
export const newest = { legacy: "2025-11-25", modern: "2026-07-28" } as const satisfies Record<Era, Revision>;

/** Whether a text names a revision that Switchyard speaks. */
export function isRevision(text: unknown): text is Revision {
  return revisions.some((known) => known === text);
}

export function eraOf(revision: Revision): Era {
  return revision === "2026-07-28" ? "modern" : "legacy";
}

/** Revisions that begin with `initialize`. */
export const legacyRevisions = revisions.filter((revision) => eraOf(revision) === "legacy");

/** Revisions that carry everything in each request. */
export const modernRevisions = revisions.filter((revision) => eraOf(revision) === "modern");

/**
 * Whether messages may travel in arrays: 2025-06-18 took them out.
 *
 * @see MCP 2025-03-26, basic, Batching.
 */
export function hasArrays(revision: Revision): boolean {
  return revision === "2024-11-05" || revision === "2025-03-26";
}

/**
 * The revision to answer an `initialize` with: the one asked for, or the newest legacy one.
 *
 * @see MCP 2025-11-25, basic/lifecycle, Version Negotiation.
 */
export function negotiate(asked: unknown): Revision {
  return legacyRevisions.find((known) => known === asked) ?? newest.legacy;
}
