import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Opened, openPage } from "./browser.ts";
import type { DashboardStand } from "./dashboard-stand.ts";
import type { Rig } from "./rig.ts";

/** How somebody looks at the dashboard, and who they are. */
export type VisitOptions = Parameters<typeof openPage>[2] & {
  /** Whose key is in the tab. Default `admin`. */
  readonly role?: string;
};

/**
 * Opens tabs of people with a key of their role, granted this upstream. At the rig's end each is looked at: nothing may have left the gateway, and
 * nothing been complained of.
 */
export function visitsTo(
  rig: Rig,
  opened: Opened,
  upstream: string,
): (stand: DashboardStand, path: string, options?: VisitOptions) => Promise<Page> {
  const keys = new Map<string, string>();
  return async (stand, path, options = {}) => {
    assert.ok("browser" in opened);
    const { role = "admin", ...view } = options;
    const key = keys.get(role) ?? (await stand.makeKey(role, role, role === "admin" ? [] : [upstream])).text;
    keys.set(role, key);
    const { page, strays, complaints, close } = await openPage(opened.browser, stand.origin, view);
    rig.defer(async () => {
      await close();
      assert.deepEqual([strays, complaints], [[], []], "nothing leaves the gateway, nothing is complained of");
    });
    await page.addInitScript(`sessionStorage.setItem("switchyard.key", ${JSON.stringify(key)})`);
    await page.goto(path);
    return page;
  };
}

/** Goes to an address by the router, as a person does, so that the page stays. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(
    `history.pushState({}, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`,
  );
}
