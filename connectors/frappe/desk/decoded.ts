/** A part of an address as text; undefined where its `%` do not stand for UTF-8, as in `100%`. */
export function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
