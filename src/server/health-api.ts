import type { Gateway } from "../gateway/gateway.ts";
import type { HttpResponse } from "./http-exchange.ts";
import { answerJson } from "./reply.ts";

/** Where programs ask whether the gateway lives and is ready; for everybody, and telling nothing else. */
export const healthPaths = {
  "/health": "Whether the gateway serves: `ok`, or `stopping`",
  "/health/live": "Whether the process lives: always `ok`, as otherwise nobody answers",
  "/health/ready":
    "Whether requests should be sent here: 200 and `ok` once every server was tried, 503 and `starting` before, and 503 and `stopping` at the end. Servers that are down change nothing, as a restart would not help",
} as const;

/** @returns what answers at such a path; false where the path is another. */
export function healthOf(gateway: Gateway): (response: HttpResponse, path: string) => boolean {
  let isSettled = false;
  void gateway.settled.then(() => {
    isSettled = true;
  });
  return (response, path) => {
    if (!Object.hasOwn(healthPaths, path)) return false;
    if (path === "/health/live") {
      answerJson(response, { status: "ok" });
      return true;
    }
    const isReady = path === "/health" || isSettled;
    const status = gateway.isClosing ? "stopping" : isReady ? "ok" : "starting";
    answerJson(response, { status }, path === "/health/ready" && status !== "ok" ? 503 : 200);
    return true;
  };
}
