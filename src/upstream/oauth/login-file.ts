import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import type { Login, LoginStore } from "./credentials.ts";
import { underLock } from "./file-lock.ts";
import { loginsIn, loginsText } from "./login-text.ts";
import {
  type KeyKind,
  type Locked,
  keyBytes,
  keyFromSecret,
  lock,
  lockedText,
  newSalt,
  readLocked,
  unlock,
} from "./vault.ts";

/** Where logins are kept and what locks them. */
export interface LoginFileOptions {
  /** The gateway's own folder; made when something is to be kept. */
  readonly dataDir: string;
  /** Locks the file; absent or empty: a key that is made at first use and kept in a file that only its owner may read. */
  readonly secret?: string | undefined;
  readonly clock: Clock;
}

export const loginFileName = "logins.enc";
export const keyFileName = "logins.key";
/** Longest file that is read, in bytes. */
const maxBytes = 8 * 1024 * 1024;

type Logins = ReadonlyMap<string, Login>;

/**
 * Keeps logins in one encrypted file of the data folder. Several gateways may share it: each, in turn, reads it anew, changes its part
 * and replaces it whole.
 *
 * A file that cannot be unlocked or read is left as it is, and whoever asks is told: it may hold what others still need.
 */
export function loginFile(options: LoginFileOptions): LoginStore {
  const { dataDir, clock } = options;
  const file = join(dataDir, loginFileName);
  const lockOf = (name: string): string => join(dataDir, `logins${name}.lock`);
  const keys = keyring(options);
  let changes: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<{ readonly logins: Logins; readonly locked: Locked | undefined }> => {
    const text = await textOf(file);
    if (text === undefined) return { logins: new Map(), locked: undefined };
    const locked = readLocked(text);
    if (locked === undefined) throw unreadable(file, "is damaged, or is something else");
    const logins = loginsIn(await unlocked(locked, keys, file));
    if (logins === undefined) throw unreadable(file, "holds something else than logins");
    return { logins, locked };
  };

  const replace = async (upstream: string, change: (login: Login | undefined) => Login | undefined): Promise<void> => {
    const { logins, locked } = await read();
    const next = new Map(logins);
    const login = change(logins.get(upstream));
    if (login === undefined) next.delete(upstream);
    else next.set(upstream, login);
    const salt = locked?.key === "secret" ? locked.salt : newSalt();
    try {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      const key = await keys.make(salt);
      await writeWhole(file, lockedText(lock(loginsText(next), keys.kind, key, salt)));
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown;
      throw unreadable(file, `cannot be written (${String(codeOf(thrown))})`, thrown);
    }
  };

  return {
    async read(upstream) {
      await changes;
      return (await read()).logins.get(upstream);
    },
    change(upstream, change) {
      const changed = changes.then(() => underLock(lockOf(""), clock, () => replace(upstream, change)));
      changes = changed.catch(() => undefined);
      return changed;
    },
    alone: (upstream, run) => underLock(lockOf(`.${encodeURIComponent(upstream)}`), clock, run),
  };
}

interface Keyring {
  /** What new files are locked with. */
  readonly kind: KeyKind;
  /** The key for a new file. */
  make(salt: Buffer): Promise<Buffer>;
  /** The key that a file was locked with; undefined where it is not at hand. */
  find(locked: Locked): Promise<Buffer | undefined>;
}

function keyring({ dataDir, secret }: LoginFileOptions): Keyring {
  const keyFile = join(dataDir, keyFileName);
  const hasSecret = secret !== undefined && secret !== "";
  const made = new Map<string, Promise<Buffer>>();
  const fromSecret = (text: string, salt: Buffer): Promise<Buffer> => {
    const name = salt.toString("base64");
    const key = made.get(name) ?? keyFromSecret(text, salt);
    made.clear();
    made.set(name, key);
    return key;
  };
  return {
    kind: hasSecret ? "secret" : "file",
    make: (salt) => (hasSecret ? fromSecret(secret, salt) : keyInFile(keyFile)),
    async find({ key, salt }) {
      if (key === "file") return keyAt(keyFile);
      return hasSecret ? fromSecret(secret, salt) : undefined;
    },
  };
}

async function unlocked(locked: Locked, keys: Keyring, file: string): Promise<string> {
  const key = await keys.find(locked);
  if (key === undefined) {
    const missing = locked.key === "secret" ? "SWITCHYARD_SECRET is not set" : `${keyFileName} is gone`;
    throw unreadable(file, `cannot be unlocked, since ${missing}`);
  }
  try {
    return unlock(locked, key);
  } catch (thrown) {
    const why = locked.key === "secret" ? "SWITCHYARD_SECRET is another one, or it is damaged" : "it is damaged";
    throw unreadable(file, `cannot be unlocked: ${why}`, thrown);
  }
}

async function keyInFile(keyFile: string): Promise<Buffer> {
  const found = await keyAt(keyFile);
  if (found !== undefined) return found;
  try {
    const handle = await open(keyFile, "wx", 0o600);
    try {
      await handle.writeFile(newKeyText());
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    // Another gateway that shares the folder was faster.
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  }
  return (await keyAt(keyFile)) ?? newKeyLost(keyFile);
}

function newKeyText(): string {
  return `${Buffer.concat([newSalt(), newSalt()]).toString("base64")}\n`;
}

function newKeyLost(keyFile: string): never {
  throw unreadable(keyFile, "was removed right after it was made");
}

async function keyAt(keyFile: string): Promise<Buffer | undefined> {
  const text = await textOf(keyFile);
  if (text === undefined) return undefined;
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== keyBytes) throw unreadable(keyFile, "is damaged");
  return key;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw unreadable(file, `is longer than ${maxBytes} bytes`);
    return await readFile(file, "utf8");
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw unreadable(file, `cannot be read (${String(codeOf(thrown))})`, thrown);
  }
}

/** Whoever reads at any moment, or after a crash, finds the old text or the new one. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

function unreadable(file: string, why: string, cause?: unknown): GatewayError {
  return new GatewayError("logins_unreadable", `The file with the logins, ${file}, ${why}`, {
    data: { stage: "login", file },
    ...(cause === undefined ? {} : { cause }),
  });
}
