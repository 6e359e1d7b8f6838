import { JsonInput, Select, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Panel } from "./page.tsx";

/** What is done with each row: a tool, and one operation with names in braces where the row's values come. */
export function EachRow(given: {
  readonly names: readonly string[];
  readonly tool: string | null;
  readonly choose: (name: string | null) => void;
  readonly template: string;
  readonly setTemplate: (text: string) => void;
  /** What the operation may hold. */
  readonly says: string;
}): ReactNode {
  const { names, tool, choose, template, setTemplate, says } = given;
  return (
    <Panel title="2. What each row does">
      <Stack gap="sm">
        <Select
          label="Tool"
          description="Columns with the names of its arguments are filled in."
          data={names}
          searchable
          value={tool}
          onChange={choose}
        />
        <JsonInput
          label="Operation"
          description={says}
          autosize
          minRows={4}
          maxRows={16}
          value={template}
          onChange={setTemplate}
          validationError="This is not JSON"
        />
      </Stack>
    </Panel>
  );
}
