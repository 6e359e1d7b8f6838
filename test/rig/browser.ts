import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { messageOf } from "../../src/core/errors.ts";

/** A real Chromium, or why there is none on this machine. */
export type Opened = { readonly browser: Browser } | { readonly missing: string };

/** Starts the Chromium that npm brings. What it needs of a graphical system it has with it; no other is looked for. */
export async function openBrowser(): Promise<Opened> {
  try {
    const executablePath = await chromium.executablePath();
    // In a single process, as the package has it for small machines, closing one tab ends them all.
    const args = chromium.args.filter((arg) => arg !== "--single-process" && arg !== "--no-zygote");
    const browser = await playwright.launch({ executablePath, args, headless: true });
    return { browser };
  } catch (thrown) {
    return { missing: `Chromium does not start here: ${messageOf(thrown).split("\n")[0] ?? ""}` };
  }
}

/** A page that notes what it must not do: errors, and requests to anywhere else. */
export interface WatchedPage {
  readonly page: Page;
  /** Addresses outside the gateway that were asked for. */
  readonly strays: readonly string[];
  /** What the page's scripts and its policy complained of. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens a tab of its own, with nothing from earlier ones. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: { readonly width?: number; readonly scheme?: "light" | "dark" } = {},
): Promise<WatchedPage> {
  const { width = 1280, scheme = "light" } = options;
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 860 },
    colorScheme: scheme,
    reducedMotion: "reduce",
    baseURL: origin,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const strays: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(?:data|blob|about):/.test(url)) strays.push(url);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /content security policy/i.test(message.text())) complaints.push(message.text());
  });
  return {
    page,
    strays,
    complaints,
    close: () => context.close(),
  };
}

/** A folder for this run alone. */
export async function ownFolder(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "switchyard-ui-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
