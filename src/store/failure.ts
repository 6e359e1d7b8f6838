import { GatewayError, messageOf } from "../core/errors.ts";

interface Reason {
  readonly why: string;
  readonly suggestion: string;
}

const reasons = {
  corrupt: {
    why: "is damaged, or is something else",
    suggestion:
      "Move it away together with its -wal and -shm files; the gateway makes a new one. Sessions, known catalogs and approvals in it are lost: pinned servers are then trusted as they are.",
  },
  full: { why: "cannot be written: the disk is full", suggestion: "Make room, or name another folder with dataDir." },
  denied: {
    why: "cannot be written",
    suggestion: "Let this user write to it and to its folder, or name another folder with dataDir.",
  },
  locked: {
    why: "is locked by another process",
    suggestion: "End the program that holds it, such as an open sqlite3 shell, or name another folder with dataDir.",
  },
  other: { why: "cannot be used", suggestion: "Name another folder with dataDir, or move the file away." },
} as const satisfies Record<string, Reason>;

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const byResultCode: Readonly<Record<number, Reason>> = {
  5: reasons.locked,
  6: reasons.locked,
  8: reasons.denied,
  11: reasons.corrupt,
  13: reasons.full,
  14: reasons.denied,
  26: reasons.corrupt,
};

const byCode: Readonly<Record<string, Reason>> = {
  EACCES: reasons.denied,
  EPERM: reasons.denied,
  EROFS: reasons.denied,
  ENOTDIR: reasons.denied,
  EEXIST: reasons.denied,
  EISDIR: reasons.denied,
  ENOSPC: reasons.full,
  EDQUOT: reasons.full,
};

/** What went wrong with the file, what it means, and the way out. */
export function storeError(thrown: unknown, file: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const { why, suggestion } = reasonOf(thrown);
  return new GatewayError("store_unavailable", `The gateway's own file, ${file}, ${why} (${messageOf(thrown)})`, {
    data: { file, suggestion },
    cause: thrown,
  });
}

/**
 * What `read` returns.
 *
 * @throws {GatewayError} `store_unavailable` — it failed.
 */
export function tried<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw storeError(thrown, file);
  }
}

/** What `run` returns or throws, as a promise. */
export function answered<T>(file: string, run: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(tried(file, run));
  });
}

function reasonOf(thrown: unknown): Reason {
  if (!(thrown instanceof Error)) return reasons.other;
  // The low byte is the primary code of an extended one.
  if ("errcode" in thrown && typeof thrown.errcode === "number") {
    return byResultCode[thrown.errcode & 0xff] ?? reasons.other;
  }
  return ("code" in thrown && byCode[String(thrown.code)]) || reasons.other;
}
