import type { ApiKey } from "./api-key.ts";

/** Keeps API keys, for all processes that share it. Contract: `key-store.contract.ts`. */
export interface KeyStore {
  /**
   * Every key, oldest first. One that cannot be read is not among them.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  all(): readonly ApiKey[];
  /**
   * Keeps a new key. It is there when this returns.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  add(key: ApiKey): void;
  /**
   * Forgets a key; false where there is none of this id. It is gone when this returns.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  remove(id: string): boolean;
  /** Takes note that a key was used, soon: nobody waits for it. */
  used(id: string, at: number): void;
  /** Whether another process may have changed something since this was asked last. Cheap. */
  hasChanged(): boolean;
}

/** Keeps keys for as long as the process runs. */
export function memoryKeys(): KeyStore {
  const kept = new Map<string, ApiKey>();
  return {
    all: () => [...kept.values()],
    add(key) {
      kept.set(key.id, key);
    },
    remove: (id) => kept.delete(id),
    used(id, at) {
      const key = kept.get(id);
      if (key !== undefined) kept.set(id, { ...key, usedAt: at });
    },
    hasChanged: () => false,
  };
}
