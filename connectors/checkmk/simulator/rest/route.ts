import type { Since } from "../../rest/release.ts";
import type { Site, SimulatedUser } from "../site.ts";
import { badFields, type Reply } from "./reply.ts";

/** A request as a route gets it. */
export interface RouteRequest {
  /** What stands in the path, quoting taken off. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Of what has none: empty. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly ifMatch: string | undefined;
  readonly user: SimulatedUser;
  /** Its path as it came, for redirects to itself. */
  readonly path: string;
  readonly site: Site;
}

/** One call of the API. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As the specification writes it: `/objects/host_config/{host_name}`. */
  readonly path: string;
  /** From which version on. Default: from the first. */
  readonly since?: Since;
  /** Up to before which version. Default: up to now. */
  readonly until?: Since;
  /** What a user must be allowed. */
  readonly permission?: string;
  readonly run: (request: RouteRequest) => Reply | Promise<Reply>;
}

/** The text of a member that must be one. @throws {Refused} 400. */
export function textAt(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value === "string") return value;
  throw badFields({ [name]: ["Missing data for required field."] });
}

/** The object of a member, empty where there is none. @throws {Refused} 400. */
export function objectIn(body: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = body[name] ?? {};
  if (isRecord(value)) return value;
  throw badFields({ [name]: ["Invalid input type."] });
}

/** The texts of a member, empty where there is none. @throws {Refused} 400. */
export function textsIn(body: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw badFields({ [name]: ["Not a valid list."] });
}

/** The objects of a member, empty where there is none. @throws {Refused} 400. */
export function objectsIn(
  body: Readonly<Record<string, unknown>>,
  name: string,
): readonly Readonly<Record<string, unknown>>[] {
  const value = body[name] ?? [];
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw badFields({ [name]: ["Not a valid list."] });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
