/** Which part of the gateway a downstream speaks to: everything under prefixed names, one upstream as it is, or a profile. */
export type Route =
  | { readonly kind: "all" }
  | { readonly kind: "upstream"; readonly name: string }
  | { readonly kind: "profile"; readonly name: string };

/** A route as a text, the same for equal routes only. */
export function routeKey(route: Route): string {
  return route.kind === "all" ? "" : `${route.kind} ${route.name}`;
}
