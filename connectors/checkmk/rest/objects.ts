import { z } from "zod";

/** Settings of a host or folder by name, such as `ipaddress`, `alias`, `labels` or `tag_criticality`. */
export type Attributes = Readonly<Record<string, unknown>>;

/** An object of the API whose own part has this shape. Links and members are left out. */
export function objectOf<Extensions extends z.ZodType>(extensions: Extensions) {
  return z.object({ id: z.string(), title: z.string().default(""), extensions });
}

/** A collection of such objects. */
export function collectionOf<Extensions extends z.ZodType>(extensions: Extensions) {
  return z.object({ value: z.array(objectOf(extensions)) });
}

/** Settings as they are read of a thing, and as they are to be. */
export interface AttributesChange {
  readonly before: Attributes;
  readonly after: Attributes;
}

/** Settings that are told, and that nobody sets. */
const toldOnly = new Set(["meta_data", "network_scan_result"]);

/**
 * The part of a change that says so. It has three fields, for all settings, for some and for those that are to go, of which each can be used only
 * without the others (OpenAPI file of 2.4, UpdateHost and UpdateFolder): where some are set and others go, it is all of them.
 */
export function attributesBody({ before, after }: AttributesChange): Readonly<Record<string, unknown>> {
  const settable = Object.entries(after).filter(([name]) => !toldOnly.has(name));
  const isOther = ([name, value]: readonly [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(before[name]);
  const update = settable.filter(isOther);
  const remove = Object.keys(before).filter((name) => !(name in after));
  if (update.length > 0 && remove.length > 0) return { attributes: Object.fromEntries(settable) };
  return {
    ...(update.length > 0 && { update_attributes: Object.fromEntries(update) }),
    ...(remove.length > 0 && { remove_attributes: remove }),
  };
}
