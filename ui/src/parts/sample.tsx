import { Code } from "@mantine/core";
import type { ReactNode } from "react";

/** What a configuration may say, to be copied; its lines are broken where there is no room. */
export function Sample({ children }: { readonly children: string }): ReactNode {
  return (
    <Code block mt="sm" ta="left" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {children}
    </Code>
  );
}
