import { answerText } from "./frame.ts";
import type { RequestId } from "./json-rpc.ts";
import type { Payload } from "./payload.ts";

/** The result of a request on its way to a peer in this process: it need not be written and read again, which costs most where it is long. */
export class HandedResult {
  readonly id: RequestId;
  readonly result: Payload;

  constructor(id: RequestId, result: Payload) {
    this.id = id;
    this.result = result;
  }

  /** The response that it is, for a peer that takes only those. @throws {GatewayError} what {@link answerText} throws. */
  frame(): Buffer {
    return answerText(this.id, { kind: "result", result: this.result });
  }
}
