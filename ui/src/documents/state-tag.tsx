import type { ReactNode } from "react";
import { Tag } from "../parts/state-badge.tsx";
import type { State } from "./fields.ts";

const shown = {
  draft: ["Draft", "orange"],
  submitted: ["Submitted", "teal"],
  cancelled: ["Cancelled", "gray"],
} as const satisfies Record<State, readonly [string, string]>;

/** How far a document is, in a word and a color. */
export function StateTag({ state }: { readonly state: State }): ReactNode {
  const [word, color] = shown[state];
  return <Tag color={color}>{word}</Tag>;
}
