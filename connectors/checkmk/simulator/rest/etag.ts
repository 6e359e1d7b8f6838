import { Refused, etagOf, problem } from "./reply.ts";

/** That a change is of what is there now. @throws {Refused} 428 without an ETag, 412 with another; `*` fits always. */
export function requireEtag(thing: unknown, ifMatch: string | undefined): void {
  if (ifMatch === undefined) {
    throw new Refused(
      problem(428, "Precondition required", "If-Match header required for this operation. See documentation."),
    );
  }
  const etag = etagOf(thing);
  if (ifMatch !== "*" && ifMatch !== etag) {
    const detail = `ETag didn't match. Expected ${etag}. Probable cause: Object was changed by another user.`;
    throw new Refused(problem(412, "Precondition failed", detail));
  }
}
