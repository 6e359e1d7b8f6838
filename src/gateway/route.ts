import { isJsonObject, stringAt } from "../core/json.ts";

/** Which part of the gateway a downstream speaks to: everything under prefixed names, one upstream as it is, or a profile. */
export type Route =
  | { readonly kind: "all" }
  | { readonly kind: "upstream"; readonly name: string }
  | { readonly kind: "profile"; readonly name: string };

/** A route as a text, the same for equal routes only. */
export function routeKey(route: Route): string {
  return route.kind === "all" ? "" : `${route.kind} ${route.name}`;
}

/** The route that this value was; undefined where it was none. */
export function routeIn(value: unknown): Route | undefined {
  if (!isJsonObject(value)) return undefined;
  const name = stringAt(value, "name");
  const kind = value["kind"];
  if (kind === "upstream" || kind === "profile") return name === undefined ? undefined : { kind, name };
  return kind === "all" ? { kind } : undefined;
}
