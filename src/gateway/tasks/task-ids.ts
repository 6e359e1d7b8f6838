import { createHmac, timingSafeEqual } from "node:crypto";
import type { Principal } from "../../access/principal.ts";
import { exposedName, ownName } from "../names.ts";

const macBytes = 16;
const mark = "~";

/**
 * The ids by which callers know tasks that are their upstream's own: they say whose the task is, so that nothing need be remembered here.
 * Where callers are told apart, an id is good for one of them only; another's looks like that of a task that there is not.
 *
 * @see SEP-2663, Tasks Extension (task ids are opaque to clients), Security Considerations.
 */
export class TaskIds {
  readonly #key: Buffer;

  /** `key` must be secret. */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The id by which this principal knows a task of an upstream. */
  exposed(principal: Principal, upstream: string, name: string): string {
    const id = exposedName(upstream, name);
    return principal.kind === "local" ? id : `${id}${mark}${this.#mac(principal, id).toString("base64url")}`;
  }

  /** The task that this principal means; undefined where it can mean none. */
  own(principal: Principal, exposed: string): { readonly upstream: string; readonly name: string } | undefined {
    if (principal.kind === "local") return ownName(exposed);
    const at = exposed.lastIndexOf(mark);
    const id = exposed.slice(0, Math.max(at, 0));
    const mac = Buffer.from(exposed.slice(at + 1), "base64url");
    return mac.length === macBytes && timingSafeEqual(mac, this.#mac(principal, id)) ? ownName(id) : undefined;
  }

  #mac(principal: Principal, id: string): Buffer {
    const text = JSON.stringify(["task", principal.id, id]);
    return createHmac("sha256", this.#key).update(text).digest().subarray(0, macBytes);
  }
}
