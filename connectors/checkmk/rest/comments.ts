import { z } from "zod";
import type { CommentRow } from "../monitoring.ts";
import type { RestClient } from "./client.ts";
import { collectionOf, objectOf } from "./objects.ts";
import type { Target } from "./target.ts";

/** What somebody said of a host or service. */
export interface Comment extends Target {
  readonly id: number;
  readonly site: string;
  readonly author: string;
  readonly text: string;
  /** As ISO 8601. */
  readonly entryTime: string;
  readonly isPersistent: boolean;
}

const extensions = z.object({
  id: z.number(),
  site_id: z.string(),
  host_name: z.string(),
  service_description: z.string().nullish(),
  author: z.string(),
  comment: z.string(),
  entry_time: z.string(),
  persistent: z.boolean(),
});

const commentShape = objectOf(extensions);
const commentsShape = collectionOf(extensions);

function commentOf({ extensions: own }: z.output<typeof commentShape>): Comment {
  const service = own.service_description ?? "";
  return {
    id: own.id,
    site: own.site_id,
    host: own.host_name,
    service: service === "" ? undefined : service,
    author: own.author,
    text: own.comment,
    entryTime: own.entry_time,
    isPersistent: own.persistent,
  };
}

/** Why there is a comment. */
export const commentKinds = [
  "user",
  "downtime",
  "flapping",
  "acknowledgement",
] as const satisfies readonly CommentRow["kind"][];

/** What people say of hosts and services; acknowledgements and downtimes leave such comments too. */
export class Comments {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  async list(
    {
      host,
      service,
      kind,
    }: {
      readonly host?: string | undefined;
      readonly service?: string | undefined;
      readonly kind?: CommentRow["kind"];
    },
    signal: AbortSignal,
  ): Promise<readonly Comment[]> {
    // What kind a comment is of, the core knows by a number from 1, and the answer does not say.
    const number = kind === undefined ? undefined : String(commentKinds.indexOf(kind) + 1);
    const ofKind = number === undefined ? undefined : JSON.stringify({ op: "=", left: "entry_type", right: number });
    const query = { host_name: host, service_description: service, query: ofKind };
    const path = ["domain-types", "comment", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path, query }, commentsShape, signal);
    return value.value.map(commentOf);
  }

  /** The comment of this id; undefined where there is none. */
  async find(id: number, site: string, signal: AbortSignal): Promise<Comment | undefined> {
    // Not by the object itself: that one's address wants a whole number where the rest of the API has texts, and differs between versions.
    const query = { query: JSON.stringify({ op: "=", left: "id", right: String(id) }), site_id: site };
    const path = ["domain-types", "comment", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path, query }, commentsShape, signal);
    return value.value.map(commentOf).find((comment) => comment.id === id);
  }

  /** @throws {CheckmkError} `invalid` — there is no such host or service. */
  async create({ host, service }: Target, text: string, isPersistent: boolean, signal: AbortSignal): Promise<void> {
    const what =
      service === undefined
        ? { comment_type: "host", host_name: host }
        : { comment_type: "service", host_name: host, service_description: service };
    const path = ["domain-types", "comment", "collections", service === undefined ? "host" : "service"];
    await this.#client.call(
      { method: "POST", path, body: { ...what, comment: text, persistent: isPersistent } },
      signal,
    );
  }

  async remove({ id, site }: Pick<Comment, "id" | "site">, signal: AbortSignal): Promise<void> {
    const body = { delete_type: "by_id", comment_id: id, site_id: site };
    const path = ["domain-types", "comment", "actions", "delete", "invoke"];
    await this.#client.call({ method: "POST", path, body }, signal);
  }
}
