import { GatewayError, messageOf } from "../core/errors.ts";
import type { HttpRequest } from "./http-exchange.ts";

/** Longest message a downstream may send, in bytes. */
export const maxBodyBytes = 4 * 1024 * 1024;

/**
 * Reads the whole body of a request, of at most `maxBytes`.
 *
 * `done` is called once: with the body, or with `body_too_large`; never where the downstream leaves before the end. A callback rather
 * than a promise, as every call passes here.
 */
export function readBody(
  request: HttpRequest,
  done: (body: Buffer | GatewayError) => void,
  maxBytes: number = maxBodyBytes,
): void {
  if (request.body !== undefined) {
    done(request.body.length > maxBytes ? tooLarge(maxBytes) : request.body);
    return;
  }
  const announced = request.headers["content-length"];
  if (announced !== undefined && Number(announced) > maxBytes) {
    done(tooLarge(maxBytes));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isRefused = false;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else if (!isRefused) {
      isRefused = true;
      chunks.length = 0;
      done(tooLarge(maxBytes));
    }
  });
  request.on("end", () => {
    if (isRefused) return;
    const [first] = chunks;
    done(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
}

/**
 * What a body of the REST side says as JSON. Where it is none, nothing of it is in the error: configurations and keys come that way.
 *
 * @throws {GatewayError} `parse_error`.
 */
export function parsedBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (thrown) {
    const where = / \(line \d+ column \d+\)$/.exec(messageOf(thrown))?.[0] ?? "";
    throw new GatewayError("parse_error", `The body is not JSON${where}`);
  }
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError("body_too_large", `The message is larger than ${maxBytes} bytes`);
}
