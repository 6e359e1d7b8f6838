import { Button, Stack } from "@mantine/core";
import { type ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Empty, Problem } from "./loaded.tsx";
import { GoTo } from "./go-to.tsx";

/** An address that leads nowhere. */
export function NothingHere(): ReactNode {
  return (
    <Empty title="There is no such page">
      <GoTo to="/">Go to the overview</GoTo>
    </Empty>
  );
}

/** A page that cannot be shown, as a rule because the gateway was updated under it. */
export function PageFailed({ error }: ErrorComponentProps): ReactNode {
  return (
    <Stack align="flex-start">
      <Problem error={error} />
      <Button
        onClick={() => {
          location.reload();
        }}
      >
        Load the page again
      </Button>
    </Stack>
  );
}
