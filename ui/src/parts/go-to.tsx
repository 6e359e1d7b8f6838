import { Anchor, type AnchorProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef, ReactNode } from "react";

function PlainAnchor(props: AnchorProps & Omit<ComponentPropsWithRef<"a">, keyof AnchorProps>): ReactNode {
  return <Anchor {...props} />;
}

/** A link to another page, whose address and filters the compiler checks. */
export const GoTo = createLink(PlainAnchor);
