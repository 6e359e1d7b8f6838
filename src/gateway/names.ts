const separator = "__";

/** The name under which an upstream's tool or prompt is offered beside those of others. */
export function exposedName(upstream: string, name: string): string {
  return upstream + separator + name;
}

/** Whose name an exposed name is: the inverse of {@link exposedName}, as no upstream's name contains or ends in what separates. */
export function ownName(exposed: string): { readonly upstream: string; readonly name: string } | undefined {
  const at = exposed.indexOf(separator);
  if (at < 1) return undefined;
  return { upstream: exposed.slice(0, at), name: exposed.slice(at + separator.length) };
}
