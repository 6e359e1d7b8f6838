import { z } from "zod";
import type { RestClient } from "./client.ts";
import { folderId } from "./folders.ts";
import { type Attributes, type AttributesChange, attributesBody, collectionOf, objectOf } from "./objects.ts";

/** A host as it is configured, which is what is monitored only once it is activated. */
export interface ConfiguredHost {
  readonly name: string;
  /** Such as `/servers/linux`; `/` is the main folder. */
  readonly folder: string;
  /** Those of its own. */
  readonly attributes: Attributes;
  /** Those of its own and those that it has from its folders; undefined where they were not asked for. */
  readonly effectiveAttributes: Attributes | undefined;
  readonly isCluster: boolean;
  readonly isOffline: boolean;
}

/** A host that is to be created. */
export interface HostToCreate {
  readonly name: string;
  readonly folder: string;
  readonly attributes: Attributes;
}

const attributes = z.record(z.string(), z.unknown());

const extensions = z.object({
  folder: z.string(),
  attributes,
  effective_attributes: attributes.nullish(),
  is_cluster: z.boolean().default(false),
  is_offline: z.boolean().default(false),
});

const hostShape = objectOf(extensions);
const hostsShape = collectionOf(extensions);

function hostOf({ id, extensions: own }: z.output<typeof hostShape>): ConfiguredHost {
  const {
    folder,
    attributes: set,
    effective_attributes: effective,
    is_cluster: isCluster,
    is_offline: isOffline,
  } = own;
  return { name: id, folder, attributes: set, effectiveAttributes: effective ?? undefined, isCluster, isOffline };
}

/** Hosts in the configuration. What is written waits for activation. */
export class Hosts {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** All of them: the API has no pages. */
  async list(isEffective: boolean, signal: AbortSignal): Promise<readonly ConfiguredHost[]> {
    const query = { effective_attributes: isEffective };
    const path = ["domain-types", "host_config", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path, query }, hostsShape, signal);
    return value.value.map(hostOf);
  }

  /** The host, and the ETag that a change of it needs. @throws {CheckmkError} `not_found`. */
  async get(
    name: string,
    isEffective: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly host: ConfiguredHost; readonly etag: string | undefined }> {
    const query = { effective_attributes: isEffective };
    const path = ["objects", "host_config", name];
    const { value, etag } = await this.#client.read({ method: "GET", path, query }, hostShape, signal);
    return { host: hostOf(value), etag };
  }

  /** @throws {CheckmkError} `invalid` — there is such a host, there is no such folder, or an attribute is wrong. */
  async create({ name, folder, attributes: set }: HostToCreate, signal: AbortSignal): Promise<ConfiguredHost> {
    const path = ["domain-types", "host_config", "collections", "all"];
    const body = { host_name: name, folder: folderId(folder), attributes: set };
    const { value } = await this.#client.read({ method: "POST", path, body }, hostShape, signal);
    return hostOf(value);
  }

  /** Changes a host that still is what its ETag says. @throws {CheckmkError} `changed_meanwhile` — it is not; `not_found`; `invalid`. */
  async update(name: string, change: AttributesChange, etag: string, signal: AbortSignal): Promise<ConfiguredHost> {
    const path = ["objects", "host_config", name];
    const body = attributesBody(change);
    const { value } = await this.#client.read({ method: "PUT", path, body, ifMatch: etag }, hostShape, signal);
    return hostOf(value);
  }

  /** Moves a host that still is what its ETag says. @throws {CheckmkError} as {@link Hosts.update}. */
  async move(name: string, folder: string, etag: string, signal: AbortSignal): Promise<ConfiguredHost> {
    const path = ["objects", "host_config", name, "actions", "move", "invoke"];
    const body = { target_folder: folderId(folder) };
    const { value } = await this.#client.read({ method: "POST", path, body, ifMatch: etag }, hostShape, signal);
    return hostOf(value);
  }

  /** @throws {CheckmkError} `not_found`. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: "DELETE", path: ["objects", "host_config", name] }, signal);
  }
}
