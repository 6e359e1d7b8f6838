import { GatewayError } from "../core/errors.ts";

/** The error of a worker that wants to change what is not its own any more, or stands otherwise than it knows. */
export function lostJob(): GatewayError {
  return new GatewayError("job_conflict", "Another gateway carries out the job by now, or has changed how it stands");
}
