import { randomBytes } from "node:crypto";
import { Keyring, type KeyWish, type ShownKey } from "../../access/keyring.ts";
import { isAsked } from "../../access/options.ts";
import { type Role, isRole } from "../../access/principal.ts";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../../core/json.ts";
import { openStore } from "../../store/store.ts";
import { type ClientOptions, namedGateway, runningGateway } from "../reached.ts";
import { type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway } from "../running.ts";
import { printable, table } from "../terminal.ts";

export interface CreateKeyOptions extends ClientOptions {
  readonly role: Role;
  readonly grant?: readonly string[];
  /** How long it is valid, in ms. */
  readonly expires?: number;
}

/** Where keys are kept: at the gateway that runs, else in its data folder, where it finds them within a second. */
interface KeyDesk {
  create(wish: KeyWish): Promise<{ readonly text: string; readonly key: ShownKey }>;
  list(): Promise<readonly ShownKey[]>;
  revoke(id: string): Promise<void>;
  /** Whether anybody is asked for a key; undefined where that is not known. */
  readonly isAsked: boolean | undefined;
  close(): void;
}

/**
 * Makes a key and shows it.
 *
 * @throws {GatewayError} `invalid_params`, `forbidden`, `unauthenticated`, `store_unavailable`, `upstream_unavailable`.
 */
export async function createKey(name: string, context: Context, options: CreateKeyOptions): Promise<number> {
  const { role, grant = [], expires } = options;
  const expiresAt = expires === undefined ? undefined : systemClock.now() + expires;
  const desk = await deskOf(context, options);
  try {
    const { text, key } = await desk.create({ name, role, grants: grant, expiresAt });
    const { terminal } = context;
    if (options.json === true) {
      terminal.out(JSON.stringify({ ...key, key: text }));
      return exitCodes.ok;
    }
    terminal.out(text);
    terminal.note(
      `This is the only time it is shown. It is called ${key.id}; \`switchyard keys revoke ${key.id}\` ends it.`,
    );
    if (grant.length === 0 && (role === "user" || role === "viewer")) {
      terminal.note("Nothing is granted to it, so it may use nothing: make one with --grant.");
    }
    if (desk.isAsked === false) {
      terminal.note(
        'Nobody is asked for a key yet: set "auth": { "apiKeys": true } in the configuration, and start the gateway anew.',
      );
    }
    return exitCodes.ok;
  } finally {
    desk.close();
  }
}

/**
 * Shows the keys that are valid.
 *
 * @throws {GatewayError} as {@link createKey}.
 */
export async function listKeys(context: Context, options: ClientOptions): Promise<number> {
  const desk = await deskOf(context, options);
  try {
    const keys = await desk.list();
    const { terminal } = context;
    if (options.json === true) terminal.out(JSON.stringify({ keys }));
    else if (keys.length === 0) terminal.out("There are no keys: `switchyard keys create NAME` makes one.");
    else terminal.out(table(["ID", "NAME", "ROLE", "GRANTS", "EXPIRES", "USED"], keys.map(row), terminal.columns));
    return exitCodes.ok;
  } finally {
    desk.close();
  }
}

/**
 * Makes a key invalid.
 *
 * @throws {GatewayError} `route_not_found` — there is no such key; as {@link createKey}.
 */
export async function revokeKey(id: string, context: Context, options: ClientOptions): Promise<number> {
  const desk = await deskOf(context, options);
  try {
    await desk.revoke(id);
    if (options.json === true) context.terminal.out(JSON.stringify({ revoked: id }));
    else context.terminal.out(`The key ${id} is revoked; what was open in its name has ended.`);
    return exitCodes.ok;
  } finally {
    desk.close();
  }
}

function row({ id, name, role, grants, expiresAt, usedAt }: ShownKey): string[] {
  const isEverything = role === "admin" || role === "operator";
  return [
    id,
    printable(name),
    role,
    isEverything ? "everything" : grants.join(", ") || "nothing",
    day(expiresAt),
    day(usedAt),
  ];
}

function day(at: number | undefined): string {
  return at === undefined ? "never" : new Date(at).toISOString().slice(0, 10);
}

async function deskOf(context: Context, options: ClientOptions): Promise<KeyDesk> {
  const named = namedGateway(context, options);
  if (named !== undefined) return deskAt(named, undefined);
  const { config } = await chooseConfig(context, options);
  const running = await runningGateway(config, context, options);
  if (running !== undefined) return deskAt(running, isAsked(config.auth));
  const store = openStore({ dataDir: config.dataDir, clock: systemClock });
  const ring = new Keyring({
    store: store.apiKeys,
    clock: systemClock,
    random: randomBytes,
    isWatching: false,
    onEnded: () => undefined,
  });
  return {
    create: async (wish) => Promise.resolve(ring.create(wish)),
    list: async () => Promise.resolve(ring.list()),
    async revoke(id) {
      ring.revoke(id);
      return Promise.resolve();
    },
    isAsked: isAsked(config.auth),
    close() {
      ring.close();
      store.close();
    },
  };
}

function deskAt(gateway: Reached, asked: boolean | undefined): KeyDesk {
  return {
    async create({ expiresAt, ...wish }) {
      const body = { ...wish, ...(expiresAt === undefined ? {} : { expiresAt }) };
      const made = await askGateway(gateway, "/api/keys", { body });
      const text = isJsonObject(made) ? stringAt(made, "key") : undefined;
      const key = keyIn(made);
      if (text === undefined || key === undefined) throw noKeys(gateway);
      return { text, key };
    },
    async list() {
      const read = await askGateway(gateway, "/api/keys");
      const keys = isJsonObject(read) ? read["keys"] : undefined;
      if (!Array.isArray(keys)) throw noKeys(gateway);
      return keys.map(keyIn).filter((key) => key !== undefined);
    },
    async revoke(id) {
      await askGateway(gateway, `/api/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
    },
    isAsked: asked,
    close: () => undefined,
  };
}

function noKeys({ url }: Reached): GatewayError {
  return new GatewayError("upstream_unavailable", `What answers at ${url} keeps no keys`);
}

function keyIn(value: unknown): ShownKey | undefined {
  if (!isJsonObject(value)) return undefined;
  const { role, grants } = value;
  const [id, name] = [stringAt(value, "id"), stringAt(value, "name")];
  if (id === undefined || name === undefined || !isRole(role) || !Array.isArray(grants)) return undefined;
  return {
    id,
    name,
    role,
    grants: grants.map(String),
    createdAt: Number(value["createdAt"]),
    expiresAt: timeIn(value, "expiresAt"),
    usedAt: timeIn(value, "usedAt"),
  };
}

function timeIn(value: JsonObject, member: string): number | undefined {
  const time = value[member];
  return typeof time === "number" ? time : undefined;
}
