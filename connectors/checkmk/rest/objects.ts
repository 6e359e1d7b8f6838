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
