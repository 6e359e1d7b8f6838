import { ToolFailure } from "switchyard/connector";
import type { SiteFailure } from "../monitoring.ts";

/** A site that is asked something. */
export interface Asked {
  readonly name: string;
  /** What failed at the site. @throws what was thrown, where that is not the site's. */
  readonly failureOf: (thrown: unknown) => SiteFailure;
}

/** What was learned from each site that answered, in the order of the sites, and which did not. */
export interface Answers<Site, Value> {
  readonly answers: readonly { readonly site: Site; readonly value: Value }[];
  readonly failures: readonly SiteFailure[];
}

/** The site of this name alone, or all. @throws {ToolFailure} there is none of this name. */
export function sitesNamed<Site extends Asked>(sites: readonly Site[], name: string | undefined): readonly Site[] {
  if (name === undefined) return sites;
  const found = sites.filter((site) => site.name === name);
  if (found.length > 0) return found;
  throw new ToolFailure(
    `There is no site ${JSON.stringify(name)}. Sites: ${sites.map((site) => site.name).join(", ")}.`,
  );
}

/**
 * Asks all sites at once. Those that fail are left out and told.
 *
 * @throws {ToolFailure} none answered.
 * @throws the signal's reason, and whatever else is not a site's failure.
 */
export async function askEach<Site extends Asked, Value>(
  sites: readonly Site[],
  ask: (site: Site) => Promise<Value>,
): Promise<Answers<Site, Value>> {
  const answers: { site: Site; value: Value }[] = [];
  const failures: SiteFailure[] = [];
  const settled = await Promise.allSettled(sites.map(async (site) => ask(site)));
  for (const [at, outcome] of settled.entries()) {
    const site = sites[at];
    if (site === undefined) continue;
    if (outcome.status === "fulfilled") answers.push({ site, value: outcome.value });
    else failures.push(site.failureOf(outcome.reason));
  }
  if (answers.length === 0) throw noneAnswered(failures);
  return { answers, failures };
}

/** That no site answered, for who asked. */
export function noneAnswered(failures: readonly SiteFailure[]): ToolFailure {
  const told = failures.map(({ site, reason }) => `${site}: ${reason.replace(/\.$/, "")}`).join("; ");
  return new ToolFailure(`No monitoring site answers. ${told}. Look whether it runs and may be reached from here.`);
}
