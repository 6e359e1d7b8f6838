import type { Choice } from "../core/choice.ts";

/**
 * Whether an address, which may be that of something that nobody lists, is chosen. Servers decode addresses and resolve the `..` in
 * them, so every reading of it must be chosen: `file:///notes/../secret` does not pass as one of `file:///notes/*`.
 */
export function mayReach(choice: Choice, uri: string): boolean {
  return choice.isEverything || readingsOf(uri).every((reading) => choice.has(reading));
}

/** Whether any reading of an address is an exception. */
export function isExcepted(choice: Choice, uri: string): boolean {
  return readingsOf(uri).some((reading) => choice.excludes(reading));
}

/** What servers may take an address for. */
export function readingsOf(uri: string): string[] {
  const decoded = decodedUri(uri);
  return [uri, decoded, URL.parse(uri)?.href ?? uri, URL.parse(decoded)?.href ?? decoded];
}

function decodedUri(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
