import { actions } from "../access/actions.ts";
import { roles } from "../access/principal.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { answerJson } from "./reply.ts";

/** Who asks, and what each role may do. */
export interface AccessAnswer {
  /** `grants` are what of the upstreams may be used; undefined: everything. */
  readonly you: {
    readonly id: string;
    readonly kind: string;
    readonly role: string;
    readonly grants: readonly string[] | undefined;
  };
  /** From the one that may most to the one that may least. */
  readonly roles: readonly string[];
  readonly actions: readonly {
    readonly name: string;
    readonly says: string;
    readonly from: string;
    readonly may: boolean;
  }[];
}

/** Answers with who asks, as the gateway knows them, and with what each role may do. */
export function answerAccess({ response, visitor: { principal } }: Exchange<ApiDeps>): void {
  const { id, kind, role, rights } = principal;
  const listed = Object.entries(actions).map(([name, { says, from }]) => {
    return { name, says, from, may: roles.indexOf(role) <= roles.indexOf(from) };
  });
  const grants = rights.kind === "everything" ? undefined : rights.grants.map(({ text }) => text);
  answerJson(response, { you: { id, kind, role, grants }, roles, actions: listed } satisfies AccessAnswer);
}
