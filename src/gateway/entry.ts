import type { JsonObject } from "../core/json.ts";
import type { Role } from "../core/role.ts";
import type { ParamHeader } from "../protocol/param-headers.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Preset } from "./override.ts";
import type { ListKind } from "./presentation.ts";
import type { TaskSupport } from "./tasks/support.ts";

/** Something that a list shows. */
export interface Listed {
  /** What the downstream knows it by. */
  readonly exposed: string;
  /** As the upstream described it, or the profile, under the exposed name. */
  readonly definition: JsonObject;
  /** Whose it is; undefined for what is the gateway's own. */
  readonly upstream: Upstream | undefined;
}

/** One tool, prompt, resource or template as a downstream sees it, and whose it is. */
export interface Entry extends Listed {
  readonly upstream: Upstream;
  /** What the upstream itself calls it; for resources and templates the same as `exposed`. */
  readonly name: string;
  /** As the upstream itself describes it. */
  readonly described: JsonObject;
  /** Arguments that a downstream over HTTP must repeat in headers; undefined where there are none. */
  readonly repeated: readonly ParamHeader[] | undefined;
  /** Whether it says that it changes nothing; true for all but tools. */
  readonly isReading: boolean;
  /** From which role on it may be used; undefined: from any. */
  readonly from: Role | undefined;
  /** What is put into the arguments of a call; undefined where nothing is. */
  readonly preset: Preset | undefined;
  /** Whether a tool says that it can be called as a task. */
  readonly taskSupport: TaskSupport | undefined;
}

/** Two entries that would have one name, of which the first has it. */
export interface Collision {
  readonly kind: ListKind;
  readonly kept: Entry;
  readonly dropped: Entry;
}
