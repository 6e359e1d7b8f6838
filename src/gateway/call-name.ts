import { objectAt, stringAt } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";

/** The name, address or id that a call is about, as whoever sent it wrote it. */
export function nameIn({ method, params }: Pick<Call, "method" | "params">): string | undefined {
  switch (method) {
    case "tools/call":
    case "prompts/get":
      return stringAt(params, "name");
    case "resources/read":
      return stringAt(params, "uri");
    case "completion/complete": {
      const ref = objectAt(params, "ref") ?? {};
      return stringAt(ref, "name") ?? stringAt(ref, "uri");
    }
    case "tasks/get":
    case "tasks/result":
    case "tasks/update":
    case "tasks/cancel":
      return stringAt(params, "taskId");
  }
}
