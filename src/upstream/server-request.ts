import { errorTable } from "../core/errors.ts";
import { answerText, errorText } from "../protocol/frame.ts";
import type { RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";

/**
 * What an upstream is told that sends a request to us: `ping` is answered, everything else refused, since no capability for it was
 * announced.
 */
export function answerToServerRequest(id: RequestId, method: string): Buffer {
  if (method === "ping") return answerText(id, { kind: "result", result: Payload.of({}) });
  return Buffer.from(
    errorText(id, { code: errorTable.method_not_found.rpc, message: `This client does not answer ${method}` }),
  );
}
