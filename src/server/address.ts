/** A segment of a path without its percent signs; as it is where it cannot be decoded, which then is the name of nothing. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
