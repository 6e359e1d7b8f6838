import { may } from "../access/actions.ts";
import type { Principal } from "../access/principal.ts";
import { type Profiles, type Rights, mayHear, maySee, rightsKey } from "../access/rights.ts";
import { type MessageType, messageTable } from "./messages.ts";
import type { Message } from "./translate.ts";

/** What the gateway shows, which says what somebody may know of. */
export interface Shown {
  readonly profiles: Profiles;
  /** The tools that somebody with these rights may call, each as `upstream/tool`; the same set while they are the same. */
  toolsFor(rights: Rights): ReadonlySet<string>;
}

/** Somebody as far as it matters for what is told; of equal key, equal things are told. */
export interface Audience {
  readonly key: string;
  /** Whether everything is told, with all its members. */
  readonly isOperator: boolean;
  /** Whether a message may be told, of those of its topics. */
  has(message: Message): boolean;
}

/** Those who are told what this principal is told. */
export function audienceOf(principal: Principal, shown: Shown): Audience {
  if (may(principal, "watch_operation")) return { key: "operator", isOperator: true, has: () => true };
  const { id, rights } = principal;
  return {
    key: `principal ${id}\n${rightsKey(rights)}`,
    isOperator: false,
    has: ({ type, scope }) => {
      if (isForOperators(type)) return false;
      switch (scope.kind) {
        case "everybody":
          return true;
        case "owner":
          return scope.principal === id;
        case "upstream":
          return maySee(rights, scope.upstream, undefined, shown.profiles);
        case "said":
          return mayHear(rights, scope.upstream);
        case "tool":
          return scope.tool === undefined
            ? mayHear(rights, scope.upstream)
            : shown.toolsFor(rights).has(`${scope.upstream}/${scope.tool}`);
      }
    },
  };
}

function isForOperators(type: MessageType): boolean {
  return messageTable[type].isForOperators;
}
