import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { isAtLeast } from "./release.ts";
import type { Target } from "./target.ts";

/** How a problem is taken on. */
export interface AcknowledgementWish {
  readonly comment: string;
  /** It stays until everything is well; otherwise until the state is another. */
  readonly sticky: boolean;
  readonly notify: boolean;
  /** Its comment stays when it is gone. */
  readonly persistent: boolean;
  /** As ISO 8601; Checkmk 2.4 and later. */
  readonly expireOn: string | undefined;
}

/** Taking on problems. They are commands: what they do shows about a second later. */
export class Acknowledgements {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** @throws {CheckmkError} `refused` — there is no problem; `invalid` — there is no such thing; `unsupported` — `expireOn` before 2.4. */
  async create(target: Target, wish: AcknowledgementWish, signal: AbortSignal): Promise<void> {
    const { comment, sticky, notify, persistent, expireOn } = wish;
    if (expireOn !== undefined) await this.#require("An acknowledgement that expires", signal);
    const expires = expireOn === undefined ? {} : { expire_on: expireOn };
    const body = { ...named(target, quoted), comment, sticky, notify, persistent, ...expires };
    const path = ["domain-types", "acknowledge", "collections", target.service === undefined ? "host" : "service"];
    await this.#client.call({ method: "POST", path, body }, signal);
  }

  /** @throws {CheckmkError} `unsupported` — before 2.4. */
  async remove(target: Target, signal: AbortSignal): Promise<void> {
    await this.#require("Removing an acknowledgement", signal);
    const path = ["domain-types", "acknowledge", "actions", "delete", "invoke"];
    await this.#client.call({ method: "POST", path, body: named(target, String) }, signal);
  }

  async #require(what: string, signal: AbortSignal): Promise<void> {
    const release = await this.#client.release(signal);
    if (isAtLeast(release, "2.4")) return;
    const message = `${what} needs the REST API of Checkmk 2.4; the site runs ${release.version}`;
    throw new CheckmkError("unsupported", message);
  }
}

function named({ host, service }: Target, spelled: (description: string) => string): object {
  if (service === undefined) return { acknowledge_type: "host", host_name: host };
  return { acknowledge_type: "service", host_name: host, service_description: spelled(service) };
}

/** The site takes one quoting off the service's name in this call, and in no other; a name without `%` is the same with and without. */
function quoted(description: string): string {
  return description.replaceAll("%", "%25");
}
