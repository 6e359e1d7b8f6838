import type { Estate, NewHost } from "./estate.ts";
import { type ServiceTemplate, hostKinds, templatesOf } from "./host-kinds.ts";

/** Settings by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A folder of the configuration. */
export interface Folder {
  /** `/` or such as `/servers/linux`. */
  readonly path: string;
  readonly title: string;
  readonly attributes: Attributes;
}

/** A host of the configuration. */
export interface HostConfig {
  readonly name: string;
  readonly folder: string;
  readonly attributes: Attributes;
  /** In s since 1970. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly createdBy: string;
  /** What is watched on it, or will be from the next activation on. */
  readonly monitored: readonly ServiceTemplate[];
  /** What its last scan has found; undefined where there was none. */
  readonly found: readonly ServiceTemplate[] | undefined;
}

/** Something that was changed and is not activated. */
export interface PendingChange {
  readonly id: string;
  readonly user: string;
  readonly action: string;
  readonly text: string;
  /** In s since 1970. */
  readonly time: number;
}

/**
 * What is set up in a site: hosts in folders. It becomes what is monitored, the {@link Estate}, by {@link Configuration.apply}.
 */
export class Configuration {
  readonly #estate: Estate;
  readonly #uuid: () => string;
  readonly #folders = new Map<string, Folder>([["/", { path: "/", title: "Main", attributes: {} }]]);
  readonly #hosts = new Map<string, HostConfig>();
  readonly #changedHosts = new Set<string>();
  /** As they were when the activation began that is under way; undefined: deleted. */
  readonly #taken = new Map<string, HostConfig | undefined>();
  #pending: PendingChange[] = [];

  /** Begins as what the estate is. */
  constructor(estate: Estate, uuid: () => string) {
    this.#estate = estate;
    this.#uuid = uuid;
    for (const host of estate.hosts.values()) this.#adopt(host);
  }

  get folders(): ReadonlyMap<string, Folder> {
    return this.#folders;
  }

  get hosts(): ReadonlyMap<string, HostConfig> {
    return this.#hosts;
  }

  get pending(): readonly PendingChange[] {
    return this.#pending;
  }

  /** Its own attributes over those of its folders. */
  effectiveAttributes({ folder, attributes }: Pick<HostConfig, "folder" | "attributes">): Attributes {
    const inherited = ancestors(folder).flatMap((path) => Object.entries(this.#folders.get(path)?.attributes ?? {}));
    return { ...defaultAttributes(this.#estate.site), ...Object.fromEntries(inherited), ...attributes };
  }

  putFolder(folder: Folder, user: string): void {
    const isNew = !this.#folders.has(folder.path);
    this.#folders.set(folder.path, folder);
    this.#changed(
      user,
      isNew ? "new-folder" : "edit-folder",
      `${isNew ? "Created new" : "Edited"} folder ${folder.title}`,
    );
    for (const { name, folder: path } of this.#hosts.values())
      if (isBelow(path, folder.path)) this.#changedHosts.add(name);
  }

  /** Removes a folder with everything in it. */
  removeFolder(path: string, user: string): void {
    for (const host of this.#hosts.values()) if (isBelow(host.folder, path)) this.removeHost(host.name, user);
    for (const each of this.#folders.keys()) if (isBelow(each, path)) this.#folders.delete(each);
    this.#changed(user, "delete-folder", `Deleted folder ${path}`);
  }

  /** Moves a folder with everything in it into another. */
  moveFolder(folder: Folder, destination: string, user: string): Folder {
    const { path } = folder;
    const target = `${destination === "/" ? "" : destination}${path.slice(path.lastIndexOf("/"))}`;
    for (const each of [...this.#folders.values()].filter((inner) => isBelow(inner.path, path))) {
      this.#folders.delete(each.path);
      const moved = `${target}${each.path.slice(path.length)}`;
      this.#folders.set(moved, { ...each, path: moved });
    }
    for (const host of [...this.#hosts.values()].filter((inner) => isBelow(inner.folder, path))) {
      this.#hosts.set(host.name, { ...host, folder: `${target}${host.folder.slice(path.length)}` });
      this.#changedHosts.add(host.name);
    }
    this.#changed(user, "move-folder", `Moved folder ${path} to ${destination}`);
    return { ...folder, path: target };
  }

  /** Puts a host in, or in the place of its former self. */
  putHost(
    host: Pick<HostConfig, "name" | "folder" | "attributes"> & Partial<HostConfig>,
    user: string,
    action: string,
  ): HostConfig {
    const now = this.#estate.now();
    const before = this.#hosts.get(host.name);
    const fresh = { createdAt: now, createdBy: user, monitored: [], found: undefined };
    const next: HostConfig = { ...fresh, ...before, ...host, changedAt: now };
    this.#hosts.set(host.name, next);
    this.#changedHosts.add(host.name);
    this.#changed(user, action, `${actionTexts[action] ?? "Changed"} host ${host.name}`);
    return next;
  }

  removeHost(name: string, user: string): void {
    if (!this.#hosts.delete(name)) return;
    this.#changedHosts.add(name);
    this.#changed(user, "delete-host", `Deleted host ${name}`);
  }

  /** Takes in what a scan of a host finds; with `acceptedBy` it is at once what is to be monitored. */
  scanned(name: string, acceptedBy: string | undefined): void {
    const host = this.#hosts.get(name);
    if (host === undefined) return;
    const kind = hostKinds.find((each) => host.name.startsWith(each.name)) ?? hostKinds[0];
    const found = kind === undefined ? [] : templatesOf(kind, Math.max(kind.services.length, host.monitored.length));
    this.#hosts.set(name, { ...host, found });
    if (acceptedBy !== undefined) this.putHost({ ...host, found, monitored: found }, acceptedBy, "set-autochecks");
  }

  /** Whether a host or folder has such a tag of a group; where that is to be repaired, it is taken off. */
  withoutTag(group: string, isGone: (tag: string) => boolean, isRepairing: boolean, user: string): boolean {
    const name = `tag_${group}`;
    const hasIt = ({ attributes }: { readonly attributes: Attributes }): boolean => {
      const tag = attributes[name];
      return typeof tag === "string" && isGone(tag);
    };
    const without = (attributes: Attributes): Attributes =>
      Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== name));
    const hosts = [...this.#hosts.values()].filter(hasIt);
    const folders = [...this.#folders.values()].filter(hasIt);
    if (isRepairing) {
      for (const host of hosts) this.putHost({ ...host, attributes: without(host.attributes) }, user, "edit-host");
      for (const each of folders) this.putFolder({ ...each, attributes: without(each.attributes) }, user);
    }
    return hosts.length + folders.length > 0;
  }

  /** Says that something was changed that is to be activated. */
  note(user: string, action: string, text: string): void {
    this.#changed(user, action, text);
  }

  /** Takes what is pending for an activation, which ends with {@link Configuration.apply}. */
  take(): readonly PendingChange[] {
    const taken = this.#pending;
    this.#pending = [];
    for (const name of this.#changedHosts) this.#taken.set(name, this.#hosts.get(name));
    this.#changedHosts.clear();
    return taken;
  }

  /** Makes what was taken what is monitored. */
  apply(): void {
    for (const [name, host] of this.#taken) {
      if (host === undefined) this.#estate.removeHost(name);
      else {
        this.#estate.putHost(this.#newHost(host));
        this.#estate.putServices(name, host.monitored);
      }
    }
    this.#taken.clear();
  }

  #newHost(host: HostConfig): NewHost {
    const effective = this.effectiveAttributes(host);
    const before = this.#estate.hosts.get(host.name);
    const tags = Object.entries(effective).filter(([name]) => name.startsWith("tag_"));
    return {
      name: host.name,
      alias: textOf(effective["alias"], host.name),
      address: textOf(effective["ipaddress"], "127.0.0.1"),
      folder: host.folder,
      labels: { "cmk/site": this.#estate.site, ...textsOf(effective["labels"]) },
      tags: Object.fromEntries(tags.map(([name, value]) => [name.slice(4), String(value)])),
      groups: before?.groups ?? [],
    };
  }

  #adopt({ name, alias, address, folder, labels, tags }: NewHost): void {
    for (const path of ancestors(folder)) {
      const title = path.slice(path.lastIndexOf("/") + 1);
      if (!this.#folders.has(path)) this.#folders.set(path, { path, title, attributes: {} });
    }
    const ownLabels = Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith("cmk/")));
    const ownTags = Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag_${key}`, value]));
    const attributes = { alias, ipaddress: address, labels: ownLabels, ...ownTags };
    const now = this.#estate.now();
    const monitored = [...this.#estate.servicesOf(name).values()].map(({ template }) => template);
    const times = { createdAt: now, changedAt: now, createdBy: "cmkadmin" };
    this.#hosts.set(name, { name, folder, attributes, ...times, monitored, found: undefined });
  }

  #changed(user: string, action: string, text: string): void {
    this.#pending.push({ id: this.#uuid(), user, action, text, time: this.#estate.now() });
  }
}

const actionTexts: Readonly<Record<string, string>> = {
  "create-host": "Created new",
  "edit-host": "Edited",
  "move-host": "Moved",
  "set-autochecks": "Saved check configuration of",
};

/** What a host has that nobody gave anything. */
function defaultAttributes(site: string): Attributes {
  return { site, tag_agent: "cmk-agent", tag_snmp_ds: "no-snmp", tag_criticality: "prod", tag_networking: "lan" };
}

/** The folder itself and all around it, the outermost first. */
export function ancestors(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return ["/", ...parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`)];
}

function isBelow(path: string, folder: string): boolean {
  return ancestors(path).includes(folder);
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function textsOf(labels: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(Object(labels)).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}
