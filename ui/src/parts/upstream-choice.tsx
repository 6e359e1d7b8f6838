import { Select } from "@mantine/core";
import type { ReactNode } from "react";
import type { SetAddress } from "../address.ts";

/** Which of several upstreams a page is about; nothing where there is one. What the address says of the one before is left out. */
export function UpstreamChoice(given: {
  readonly label: string;
  readonly upstream: string;
  readonly upstreams: readonly string[];
  /** What else the address says of an upstream. */
  readonly names: readonly string[];
  readonly set: SetAddress;
}): ReactNode {
  const { label, upstream, upstreams, names, set } = given;
  if (upstreams.length < 2) return null;
  return (
    <Select
      aria-label={label}
      w={190}
      allowDeselect={false}
      data={upstreams}
      value={upstream}
      onChange={(next) => {
        set({ ...Object.fromEntries(names.map((name) => [name, undefined])), upstream: next ?? undefined });
      }}
    />
  );
}
