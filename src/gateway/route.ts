/** Which part of the gateway a downstream speaks to: everything under prefixed names, or one upstream as it is. */
export type Route = { readonly kind: "all" } | { readonly kind: "upstream"; readonly name: string };

/** A route as a text, the same for equal routes. */
export function routeKey(route: Route): string {
  return route.kind === "all" ? "" : route.name;
}
