import { z } from "zod";
import type { RestClient } from "./client.ts";

/** Whether a group is of hosts or of services. */
export type GroupKind = "host" | "service";

/** A group, which rules put hosts or services in. */
export interface Group {
  readonly name: string;
  readonly alias: string;
}

/** The alias stands in the title, and in some versions among the extensions too. */
const groupShape = z.object({ id: z.string(), title: z.string() });
const groupsShape = z.object({ value: z.array(groupShape) });

function groupOf({ id, title }: z.output<typeof groupShape>): Group {
  return { name: id, alias: title };
}

/** Groups of hosts and services in the configuration. What is written waits for activation. */
export class Groups {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  async list(kind: GroupKind, signal: AbortSignal): Promise<readonly Group[]> {
    const path = ["domain-types", `${kind}_group_config`, "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path }, groupsShape, signal);
    return value.value.map(groupOf);
  }

  /** The group, and the ETag that a change of it needs. @throws {CheckmkError} `not_found`. */
  async get(
    kind: GroupKind,
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly group: Group; readonly etag: string | undefined }> {
    const path = ["objects", `${kind}_group_config`, name];
    const { value, etag } = await this.#client.read({ method: "GET", path }, groupShape, signal);
    return { group: groupOf(value), etag };
  }

  /** @throws {CheckmkError} `invalid` — there is one of that name. */
  async create(kind: GroupKind, { name, alias }: Group, signal: AbortSignal): Promise<void> {
    const path = ["domain-types", `${kind}_group_config`, "collections", "all"];
    await this.#client.call({ method: "POST", path, body: { name, alias } }, signal);
  }

  /** Gives a group another alias that still is what its ETag says. @throws {CheckmkError} `not_found`; `changed_meanwhile`. */
  async update(kind: GroupKind, { name, alias }: Group, etag: string, signal: AbortSignal): Promise<void> {
    const path = ["objects", `${kind}_group_config`, name];
    await this.#client.call({ method: "PUT", path, body: { alias }, ifMatch: etag }, signal);
  }

  /** @throws {CheckmkError} `not_found`; `conflict` — something still uses it. */
  async delete(kind: GroupKind, name: string, signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: "DELETE", path: ["objects", `${kind}_group_config`, name] }, signal);
  }
}
