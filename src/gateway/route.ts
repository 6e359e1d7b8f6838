import { isJsonObject, stringAt } from "../core/json.ts";

/** Which part of the gateway a downstream speaks to: everything under prefixed names, or one upstream as it is. */
export type Route = { readonly kind: "all" } | { readonly kind: "upstream"; readonly name: string };

/** A route as a text, the same for equal routes. */
export function routeKey(route: Route): string {
  return route.kind === "all" ? "" : route.name;
}

/** The route that this value was; undefined where it was none. */
export function routeIn(value: unknown): Route | undefined {
  if (!isJsonObject(value)) return undefined;
  const name = stringAt(value, "name");
  if (value["kind"] === "upstream") return name === undefined ? undefined : { kind: "upstream", name };
  return value["kind"] === "all" ? { kind: "all" } : undefined;
}
