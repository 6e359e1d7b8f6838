import { changedMethod } from "../protocol/uses.ts";
import type { JsonObject } from "../core/json.ts";
import type { RequestId } from "../protocol/json-rpc.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import type { EntityChange, Offer } from "./connector.ts";

/** A list that a connector offers, with the member of a filter that asks to be told of its changes, and what then is told. */
const lists = [
  { key: "tools", member: "toolsListChanged", method: "notifications/tools/list_changed" },
  { key: "prompts", member: "promptsListChanged", method: "notifications/prompts/list_changed" },
  { key: "resources", member: "resourcesListChanged", method: "notifications/resources/list_changed" },
] as const;

export type ListName = (typeof lists)[number]["key"];

/** Which lists are not what they were. */
export function changesBetween(before: Offer, after: Offer): readonly ListName[] {
  return lists.map(({ key }) => key).filter((key) => before[key] !== after[key]);
}

/** Resources that one listener may watch. */
const maxWatched = 10_000;

/** Entities that are told one by one. */
const maxEntities = 100;

/**
 * Who listens to a connector's changes.
 *
 * @see MCP 2026-07-28, basic/patterns/subscriptions.
 */
export class Subscriptions {
  readonly #send: (method: string, params: JsonObject) => void;
  readonly #listeners = new Map<
    RequestId,
    { readonly methods: ReadonlySet<string>; readonly uris: ReadonlySet<string> }
  >();

  constructor(send: (method: string, params: JsonObject) => void) {
    this.#send = send;
  }

  /** Serves one request to listen; resolves with its result when `signal` fires. */
  async listen(id: RequestId, filter: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const honoured = lists.filter(({ member }) => filter[member] === true);
    const asked = filter["resourceSubscriptions"];
    const uris = Array.isArray(asked) ? asked.filter((uri) => typeof uri === "string").slice(0, maxWatched) : [];
    const meta = { [metaKeys.subscriptionId]: id };
    this.#send("notifications/subscriptions/acknowledged", {
      notifications: {
        ...Object.fromEntries(honoured.map(({ member }) => [member, true])),
        ...(uris.length > 0 && { resourceSubscriptions: uris }),
      },
      _meta: meta,
    });
    this.#listeners.set(id, { methods: new Set(honoured.map(({ method }) => method)), uris: new Set(uris) });
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
    }
    this.#listeners.delete(id);
    return { _meta: meta };
  }

  /** Tells of lists that are not what they were. */
  listsChanged(names: readonly ListName[]): void {
    for (const { key, method } of lists)
      if (names.includes(key)) this.#tell(method, {}, ({ methods }) => methods.has(method));
  }

  /** Tells everybody who listens that something of these names is not what it was, what is wrong with it, and what became of what. */
  changed(uses: readonly string[], problems: readonly string[], entities: readonly EntityChange[]): void {
    const told = entities.slice(0, maxEntities).map(({ uri, change, says }) => ({ uri, change, says }));
    const params = {
      uses,
      ...(problems.length > 0 && { problems }),
      ...(told.length > 0 && { entities: told }),
      ...(told.length < entities.length && { hasMoreEntities: true }),
    };
    this.#tell(changedMethod, params, () => true);
  }

  /** Tells of a resource that is not what it was. */
  resourceChanged(uri: string): void {
    this.#tell("notifications/resources/updated", { uri }, ({ uris }) => uris.has(uri));
  }

  #tell(
    method: string,
    params: JsonObject,
    wants: (listener: { readonly methods: ReadonlySet<string>; readonly uris: ReadonlySet<string> }) => boolean,
  ): void {
    for (const [id, listener] of this.#listeners) {
      if (wants(listener)) this.#send(method, { ...params, _meta: { [metaKeys.subscriptionId]: id } });
    }
  }
}
