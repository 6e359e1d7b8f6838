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

/** Whether it is this version or a later one, such as `2.4`. What cannot be read counts as the newest. */
export function isAtLeast({ version }: Release, wanted: `${number}.${number}`): boolean {
  const [major, minor] = numbers(version);
  const [wantedMajor, wantedMinor] = numbers(wanted);
  if (major === undefined || minor === undefined || wantedMajor === undefined || wantedMinor === undefined) return true;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function numbers(version: string): readonly [number?, number?] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? [] : [Number(major), Number(minor)];
}
