import { badFields } from "./reply.ts";

const ways = ["attributes", "update_attributes", "remove_attributes"];

/** Settings are replaced, added to or taken away: a request does one of that (OpenAPI file of 2.4, UpdateHost and UpdateFolder). */
export function requireOneWay(body: Readonly<Record<string, unknown>>): void {
  const given = ways.filter((way) => body[way] !== undefined);
  if (given.length > 1) throw badFields({ _schema: [`Only one of these can be given at once: ${given.join(", ")}`] });
}
