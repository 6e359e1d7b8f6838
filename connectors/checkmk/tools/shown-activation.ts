import { z } from "zod";
import type { AfterChange } from "../activator.ts";

/** What waits for activation, as tools tell it. */
export const activationShape = z
  .object({
    state: z.enum(["activated", "pending", "not_activated", "running"]),
    pending_changes: z.int().describe("Changes of the whole site that are not monitored yet."),
    note: z.string(),
  })
  .describe("Whether the change is monitored yet.");

/** What a change left behind, as tools tell it. */
export function shownActivation(after: AfterChange): z.output<typeof activationShape> {
  switch (after.kind) {
    case "pending": {
      const { changes } = after;
      const note =
        changes === 0
          ? "It is part of an activation that is made already."
          : "It is not monitored yet: call activate_changes once everything is set up.";
      return { state: changes === 0 ? "activated" : "pending", pending_changes: changes, note };
    }
    case "activated": {
      const { isRunning, sites } = after.result;
      const bad = sites.filter(({ state }) => state === "error" || state === "warning");
      const texts = bad.map(({ site, state, text }) => `${site}: ${state}: ${text}`).join("; ");
      if (isRunning) return { state: "running", pending_changes: 0, note: "The activation is still under way." };
      return { state: "activated", pending_changes: 0, note: texts === "" ? "It is monitored now." : texts };
    }
    case "not_activated":
      return {
        state: "not_activated",
        pending_changes: after.changes,
        note: `The change is made, and not monitored yet. ${after.reason} Call activate_changes when that is settled.`,
      };
  }
}
