import { z } from "zod";
import type { RestClient } from "./client.ts";
import { collectionOf } from "./objects.ts";

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

const groupsShape = collectionOf(
  z.object({
    topic: z.string().nullish(),
    tags: z.array(z.object({ id: z.string().nullish(), title: z.string(), aux_tags: z.array(z.string()).nullish() })),
  }),
);

/** Tags of hosts in the configuration. */
export class Tags {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  async list(signal: AbortSignal): Promise<readonly TagGroup[]> {
    const path = ["domain-types", "host_tag_group", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path }, groupsShape, signal);
    return value.value.map(({ id, title, extensions }) => ({
      id,
      title,
      topic: extensions.topic ?? "",
      tags: extensions.tags.map((tag) => ({ id: tag.id ?? undefined, title: tag.title, auxTags: tag.aux_tags ?? [] })),
    }));
  }
}
