import { Box, Code, CopyButton, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";

/** Longest text that is shown whole, in characters; beyond it a browser grows slow. */
const maxShown = 100_000;

/** A value as JSON, to read and to copy. */
export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }): ReactNode {
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  return (
    <Box pos="relative">
      <Code block tabIndex={0} role="region" aria-label={label} mah={420} style={{ overflow: "auto", fontSize: 12.5 }}>
        {text.length > maxShown ? `${text.slice(0, maxShown)}\n… ${text.length - maxShown} more characters` : text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <UnstyledButton
            onClick={copy}
            pos="absolute"
            top={6}
            right={10}
            fz="xs"
            px={6}
            py={2}
            className="panel"
            style={{ borderRadius: 4 }}
          >
            {copied ? "Copied" : "Copy"}
          </UnstyledButton>
        )}
      </CopyButton>
    </Box>
  );
}
