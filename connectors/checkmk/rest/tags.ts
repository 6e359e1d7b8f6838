import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { collectionOf, objectOf } from "./objects.ts";

/** A group of tags, of which a host has one each. */
export interface TagGroup {
  /** Hosts have it as the attribute `tag_ID`. */
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  readonly tags: readonly {
    readonly id: string | undefined;
    readonly title: string;
    readonly auxTags: readonly string[];
  }[];
}

const extensions = z.object({
  topic: z.string().nullish(),
  tags: z.array(z.object({ id: z.string().nullish(), title: z.string(), aux_tags: z.array(z.string()).nullish() })),
});
const groupShape = objectOf(extensions);
const groupsShape = collectionOf(extensions);

function groupOf({ id, title, extensions: own }: z.output<typeof groupShape>): TagGroup {
  return {
    id,
    title,
    topic: own.topic ?? "",
    tags: own.tags.map((tag) => ({ id: tag.id ?? undefined, title: tag.title, auxTags: tag.aux_tags ?? [] })),
  };
}

/** A group as the API is told of it. A tag without an id is one that hosts have by having none of the group. */
function bodyOf({ title, topic, tags }: Omit<TagGroup, "id">): Readonly<Record<string, unknown>> {
  return {
    title,
    ...(topic !== "" && { topic }),
    tags: tags.map(({ id = null, title: text, auxTags }) => ({ id, title: text, aux_tags: auxTags })),
  };
}

/** Tags of hosts in the configuration. What is written waits for activation. */
export class Tags {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  async list(signal: AbortSignal): Promise<readonly TagGroup[]> {
    const path = ["domain-types", "host_tag_group", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path }, groupsShape, signal);
    return value.value.map(groupOf);
  }

  /** The group, and the ETag that a change of it needs. @throws {CheckmkError} `not_found`. */
  async get(id: string, signal: AbortSignal): Promise<{ readonly group: TagGroup; readonly etag: string | undefined }> {
    const { value, etag } = await this.#client.read({ method: "GET", path: pathOf(id) }, groupShape, signal);
    return { group: groupOf(value), etag };
  }

  /** @throws {CheckmkError} `invalid` — there is one of that id, or a tag is wrong. */
  async create({ id, ...group }: TagGroup, signal: AbortSignal): Promise<void> {
    const path = ["domain-types", "host_tag_group", "collections", "all"];
    await this.#client.call({ method: "POST", path, body: { id, ...bodyOf(group) } }, signal);
  }

  /**
   * Makes a group this that still is what its ETag says. With `isRepairing`, tags that are no longer there are taken off what has them.
   *
   * @throws {CheckmkError} `conflict` — such a tag is in use, and nothing is to be repaired; `unsupported` — it is built in; `changed_meanwhile`.
   */
  async update(
    { id, ...group }: TagGroup,
    { etag, isRepairing }: { readonly etag: string; readonly isRepairing: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const body = { ...bodyOf(group), repair: isRepairing };
    await inUse(this.#client.call({ method: "PUT", path: pathOf(id), body, ifMatch: etag }, signal));
  }

  /** With `isRepairing` it is taken off what has it. @throws {CheckmkError} `conflict`, `unsupported` — as {@link Tags.update}; `not_found`. */
  async delete(id: string, isRepairing: boolean, signal: AbortSignal): Promise<void> {
    const query = { repair: isRepairing };
    await inUse(this.#client.call({ method: "DELETE", path: pathOf(id), query }, signal));
  }
}

function pathOf(id: string): readonly string[] {
  return ["objects", "host_tag_group", id];
}

/**
 * That a group is in use, Checkmk says as if the user were not known: 401, "requires additional authorization" (source of 2.3, `host_tag_group`).
 * Whoever has read the group before is known.
 */
async function inUse(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (cause) {
    if (!(cause instanceof CheckmkError) || cause.code !== "unauthorized") throw cause;
    const [said = ""] = cause.message.split(". Check user and secret", 1);
    throw new CheckmkError("conflict", `${said}. With repair it is taken off what has it`, { cause, data: cause.data });
  }
}
