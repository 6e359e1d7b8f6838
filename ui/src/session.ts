import { useSyncExternalStore } from "react";

/** Whether the gateway lets us in: not known yet, or it asks for a key, or it answers. */
export type Session =
  | { readonly kind: "unknown" | "open"; readonly key: string | undefined }
  | { readonly kind: "asked"; readonly reason: string; readonly key: undefined };

/** A tab's own storage: the key is gone with the tab, and no other page reads it. */
const storageKey = "switchyard.key";

let session: Session = { kind: "unknown", key: sessionStorage.getItem(storageKey) ?? undefined };
const listeners = new Set<() => void>();

function enter(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

/** The key that goes with every request, where one was given. */
export function currentKey(): string | undefined {
  return session.key;
}

/** The gateway answered. */
export function opened(): void {
  if (session.kind === "unknown") enter({ kind: "open", key: session.key });
}

/** The gateway wants a key, or another one. */
export function askForKey(): void {
  if (session.kind === "asked") return;
  const reason = session.key === undefined ? "" : "This key is not valid, or no longer.";
  sessionStorage.removeItem(storageKey);
  enter({ kind: "asked", reason, key: undefined });
}

/** Tries a key that a person gave. */
export function tryKey(key: string): void {
  sessionStorage.setItem(storageKey, key);
  enter({ kind: "unknown", key });
}

/** Forgets the key. */
export function leave(): void {
  sessionStorage.removeItem(storageKey);
  enter({ kind: "asked", reason: "", key: undefined });
}

/** How the session stands, for a component. */
export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => session,
  );
}
