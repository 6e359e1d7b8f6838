import { GatewayError } from "../core/errors.ts";

/** The error of a worker that wants to change what another carries out by now. */
export function lostHold(): GatewayError {
  return new GatewayError("job_conflict", "Another gateway with the same data folder carries out the jobs by now");
}
