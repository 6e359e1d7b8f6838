import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Attributes } from "../rest/objects.ts";

/** The name of a host, as Checkmk allows it. */
export const hostName = z
  .string()
  .regex(/^[-0-9a-zA-Z_.]+$/, "a host's name has letters without accents, digits, - _ and . only")
  .max(240)
  .describe("The host's name.");

/** A name that is to be a host's: checked when it is used, so that of many in a job a wrong one holds up no other. */
export const newHostName = z.string().min(1).max(240).describe("Letters without accents, digits, - _ and . only.");

/** @throws {ToolFailure} Checkmk allows no host of this name. */
export function requireHostName(name: string): void {
  if (hostName.safeParse(name).success) return;
  throw new ToolFailure(
    `${JSON.stringify(name)} is no name: a host's name has letters without accents, digits, - _ and . only`,
  );
}

/** A folder, as `/servers/linux`. */
export const folder = z
  .string()
  .regex(/^[/~\\][-\w/~\\. ]*$|^[0-9a-fA-F]{32}$/, "a folder is written as /servers/linux, the main folder as /")
  .describe("Such as /servers/linux; / is the main folder.");

/** Labels by name. */
export const labels = z.record(z.string().min(1), z.string()).describe('Such as {"role": "db"}.');

/** Settings of a host by their names in Checkmk. */
export const attributes = z
  .record(z.string().min(1), z.unknown())
  .describe("By Checkmk's names: alias, site, parents, tag_criticality, tag_agent, snmp_community and so on.");

/** The attributes that arguments for the most frequent of them mean. */
export function attributesOf({
  attributes: given = {},
  ip_address: ipAddress,
  labels: givenLabels,
}: {
  readonly attributes?: Attributes | undefined;
  readonly ip_address?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}): Attributes {
  return {
    ...given,
    ...(ipAddress !== undefined && { ipaddress: ipAddress }),
    ...(givenLabels !== undefined && { labels: givenLabels }),
  };
}

/** Settings once some are set and others are gone. One that is in both is set. */
export function changedAttributes(before: Attributes, update: Attributes, remove: readonly string[]): Attributes {
  return { ...Object.fromEntries(Object.entries(before).filter(([name]) => !remove.includes(name))), ...update };
}
