import { Canceller } from "../core/canceller.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { HttpClient } from "../transport/http-client.ts";

/** How long a receiver may take to answer, in ms. */
export const answerMs = 15_000;

/** What came of one attempt: the status, or what was wrong, in one sentence. */
export type Posted = { readonly status: number } | { readonly problem: string };

/** Sends to one receiver. */
export interface Poster {
  /** Sends once; never rejects. Redirects are not followed: they could lead where the gateway must not go. */
  post(headers: Readonly<Record<string, string>>, body: string): Promise<Posted>;
  close(): Promise<void>;
}

/** A poster to this address, which goes where upstreams may be and nowhere else. */
export function posterTo(url: string, clock: Clock): Poster {
  const client = new HttpClient(url, { "content-type": "application/json", "user-agent": "switchyard" });
  return {
    post(headers, body) {
      const canceller = new Canceller();
      const { promise, resolve } = Promise.withResolvers<Posted>();
      const stopTimer = clock.after(answerMs, () => {
        canceller.abort(new GatewayError("deadline_exceeded", `There was no answer within ${answerMs / 1000} s`));
      });
      client.send(
        { method: "POST", headers, body, signal: canceller.signal },
        {
          head(status, _headers, hangUp) {
            resolve({ status });
            hangUp();
          },
          frame: () => undefined,
          ended(problem) {
            stopTimer();
            resolve({ problem: problem?.message ?? "The connection ended without an answer" });
          },
        },
      );
      return promise;
    },
    close: () => client.close(),
  };
}
