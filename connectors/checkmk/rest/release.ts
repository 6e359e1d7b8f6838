import type { IncomingHttpHeaders } from "node:http";

/** Which Checkmk a site runs. */
export interface Release {
  /** Such as `2.4.0p3`. */
  readonly version: string;
  /** Such as `cre`, `cee`, `cce`, `cme` or `saas`. */
  readonly edition: string;
}

/** What the headers of an answer say; undefined where they say nothing, as those of a proxy. */
export function releaseOf(headers: IncomingHttpHeaders): Release | undefined {
  const version = headers["x-checkmk-version"];
  const edition = headers["x-checkmk-edition"];
  if (typeof version !== "string" || typeof edition !== "string") return undefined;
  return { version, edition };
}

/** A version that something came with: `2.4`, or `2.3.0p23`. */
export type Since = `${number}.${number}` | `${number}.${number}.${number}p${number}`;

/** Whether it is this version or a later one. What cannot be read counts as the newest. */
export function isAtLeast({ version }: Release, wanted: Since): boolean {
  const [own, since] = [numbers(version), numbers(wanted)];
  if (own === undefined || since === undefined) return true;
  const differs = own.findIndex((number, at) => number !== since[at]);
  return differs === -1 || (own[differs] ?? 0) > (since[differs] ?? 0);
}

/** Major, minor, the third number and the patch, which a first release, a beta and a daily build have none of. */
function numbers(version: string): readonly number[] | undefined {
  const found = /^(\d+)\.(\d+)(?:\.(\d+)(?:p(\d+))?)?/.exec(version);
  return found?.slice(1).map((number) => Number(number ?? 0));
}
