import type { JsonObject } from "../core/json.ts";
import type { Definitions } from "./definitions.ts";

/** What an upstream says of itself. */
export interface Profile {
  readonly serverInfo: JsonObject | undefined;
  readonly capabilities: JsonObject;
  readonly instructions: string | undefined;
}

/** What one successful reading of an upstream found: all that shapes what downstreams see of it. */
export interface Offer extends Profile {
  readonly definitions: Definitions;
}
