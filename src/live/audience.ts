import { may } from "../access/actions.ts";
import type { Principal, Role } from "../access/principal.ts";
import { type Profiles, type Rights, type Sought, mayHear, maySee, rightsKey } from "../access/rights.ts";
import { type MessageType, messageTable } from "./messages.ts";
import type { Message } from "./translate.ts";

/** What the gateway shows, which says what somebody may know of. */
export interface Shown {
  readonly profiles: Profiles;
  /** The tools that somebody with these rights may call, each as `upstream/tool`; the same set while they are the same. */
  toolsFor(rights: Rights): ReadonlySet<string>;
  /** From which role on something of an upstream may be used, and from which on all of it; undefined: from any. */
  rolesFor(upstream: string): { readonly some: Role | undefined; readonly all: Role | undefined };
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
  const hears = (upstream: string): boolean => mayHear(rights, upstream, shown.rolesFor(upstream).all);
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
          return maySee(rights, soughtIn(scope.upstream, shown), shown.profiles);
        case "said":
          return hears(scope.upstream);
        case "tool":
          return scope.tool === undefined
            ? hears(scope.upstream)
            : shown.toolsFor(rights).has(`${scope.upstream}/${scope.tool}`);
      }
    },
  };
}

function soughtIn(upstream: string, shown: Shown): Sought {
  return { upstream, profile: undefined, from: shown.rolesFor(upstream).some };
}

function isForOperators(type: MessageType): boolean {
  return messageTable[type].isForOperators;
}
