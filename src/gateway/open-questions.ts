import type { Signal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import type { Question } from "../protocol/call.ts";
import { notificationText, requestText } from "../protocol/frame.ts";
import type { Answer, RequestId } from "../protocol/json-rpc.ts";

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** Questions that one downstream may have open at once. */
const maxOpen = 64;

/** The requests that the gateway has sent to one downstream and that are not answered yet. */
export class OpenQuestions {
  readonly #waiting = new Map<RequestId, Waiting>();
  #lastId = 0;

  /**
   * Sends a question and resolves with its answer, an error answer included.
   *
   * @param send sends a frame the downstream's way; false where there is none.
   * @param signal ends the wait: the downstream is told that it need not answer any more.
   * @throws {GatewayError} `caller_declined` — it cannot be asked, or too much has been asked; the signal's reason.
   */
  async ask({ method, params }: Question, send: (frame: string) => boolean, signal: Signal): Promise<Answer> {
    if (this.#waiting.size >= maxOpen) throw unreachable(method, "has too many questions open");
    if (signal.aborted) throw reasonOf(signal);
    const id = `switchyard-${(this.#lastId += 1)}`;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const stop = (): void => {
      const reason = reasonOf(signal);
      send(notificationText("notifications/cancelled", { requestId: id, reason: reason.message }));
      reject(reason);
    };
    if (!send(requestText(id, method, params))) throw unreachable(method, "takes no requests on this connection");
    this.#waiting.set(id, { resolve, reject });
    signal.addEventListener("abort", stop);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Takes the downstream's answer; one that answers nothing is ignored, as the question may have been withdrawn. */
  settle(id: RequestId | undefined, answer: Answer): void {
    if (id !== undefined) this.#waiting.get(id)?.resolve(answer);
  }
}

function reasonOf(signal: Signal): Error {
  return signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The call was cancelled");
}

function unreachable(method: string, why: string): GatewayError {
  return new GatewayError("caller_declined", `The caller cannot be asked for ${method}: it ${why}`);
}
