import type { Controller } from "./controller.ts";

/** Companies: none is below another here, so each is a tree of its own. */
export const company: Controller = {
  validate: (doc, { site }, before) => {
    if (before !== undefined) return;
    const others = site.store.all("Company").length;
    Object.assign(doc, { lft: 2 * others + 1, rgt: 2 * others + 2, old_parent: "" });
  },
};
