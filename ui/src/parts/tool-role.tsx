import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ShownTool } from "../answers.ts";
import { act, read } from "../api.ts";
import { useAccess } from "../queries.ts";
import { Tag } from "./state-badge.tsx";
import { tell } from "./told.ts";

const anyRole = "every role";

/** From which role on a tool may be used; whoever may change the configuration changes it here. */
export function ToolRole({ name }: { readonly name: string }): ReactNode {
  const access = useAccess();
  const tool = useQuery({
    queryKey: ["tools", name],
    queryFn: ({ signal }) => read<ShownTool>(`/api/tools/${encodeURIComponent(name)}`, signal),
  });
  if (tool.data === undefined) return null;
  const { from, upstream, tool: own } = tool.data;
  const mayChange = access.data?.actions.some((action) => action.name === "change_config" && action.may) === true;
  if (!mayChange) return from === undefined ? null : <Tag color="gray">{`for ${from} and above`}</Tag>;
  const path = `/api/upstreams/${encodeURIComponent(upstream)}/tools/${encodeURIComponent(own)}/role`;
  return (
    <Select
      size="xs"
      w={150}
      aria-label="From which role on it may be used"
      data={[anyRole, "viewer", "user", "operator", "admin"]}
      value={from ?? anyRole}
      allowDeselect={false}
      onChange={(value) => {
        const wish = value === null || value === anyRole ? {} : { role: value };
        void tell(() => act(path, wish), "It holds from now on", ["tools"]);
      }}
    />
  );
}
