import type { Json } from "../json.ts";
import { raised } from "../raised.ts";
import type { Answer, Request } from "../request.ts";

/** What a method returns: what goes under `message`, or a whole answer. */
export type Returned = { readonly message: unknown } | { readonly body: Json } | { readonly answer: Answer };

/** A method that is open to callers from outside. */
export interface Method {
  readonly run: (args: Json, request: Request) => Returned;
  /** Arguments without which it fails, in their order. */
  readonly needs?: readonly string[];
  /** That it may only be called by what changes something. */
  readonly isWriting?: boolean;
  /** That also guests may call it. */
  readonly allowGuest?: boolean;
}

/** Methods by their name with its path. */
export type Methods = Readonly<Record<string, Method>>;

/** Refuses a call without an argument that is needed, as Python does. */
export function needAll(name: string, { needs = [] }: Method, args: Json): void {
  const missing = needs.filter((need) => args[need] === undefined);
  if (missing.length === 0) return;
  const names = missing.map((one) => `'${one}'`).join(missing.length === 2 ? " and " : ", ");
  const what =
    missing.length === 1 ? "1 required positional argument" : `${missing.length} required positional arguments`;
  throw raised("TypeError", `${name.split(".").at(-1)}() missing ${what}: ${names}`, { module: "" });
}
