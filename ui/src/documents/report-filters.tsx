import { Button, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, type SubmitEvent, useState } from "react";
import type { Address, SetAddress } from "../address.ts";
import type { ReportFilterAnswer, RequirementsAnswer } from "./answers.ts";
import { conditionsIn, conditionsText } from "./conditions.ts";
import { ValueInput } from "./value-input.tsx";

/** The filters of a report as a form; what is filled in stands in the address once it is run. */
export function ReportFilters(given: {
  readonly site: string;
  readonly needs: RequirementsAnswer;
  readonly search: Address;
  readonly set: SetAddress;
}): ReactNode {
  const { site, needs, search, set } = given;
  const { required_filters: required, optional_filters: optional } = needs;
  const all = [...required, ...optional];
  const [typed, setTyped] = useState(() => typedFrom(all, search));
  const isWhole = required.every(({ name }) => (typed[name] ?? "") !== "");
  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        const filled = Object.entries(typed).filter(([, value]) => value !== "");
        set({ filters: conditionsText(filled.map(([field, value]) => ({ field, operator: "=", value }))) });
      }}
    >
      {all.length === 0 && (
        <Text size="sm" c="dimmed">
          {needs.recommendation}
        </Text>
      )}
      <div className="inputs">
        {all.map((filter, at) => (
          <ValueInput
            key={filter.name}
            site={site}
            field={typableOf(filter)}
            value={typed[filter.name] ?? ""}
            change={(value) => {
              setTyped({ ...typed, [filter.name]: value });
            }}
            common={{ label: filter.label, withAsterisk: at < required.length }}
          />
        ))}
      </div>
      <Group justify="flex-end">
        <Button type="submit" disabled={!isWhole}>
          Run
        </Button>
      </Group>
    </Stack>
  );
}

/** What the address says, and else what the form begins with. */
function typedFrom(all: readonly ReportFilterAnswer[], search: Address): Readonly<Record<string, string>> {
  const given = new Map(conditionsIn(search["filters"]).map(({ field, value }) => [field, value]));
  return Object.fromEntries(all.map(({ name, default: usual = "" }) => [name, given.get(name) ?? usual]));
}

function typableOf({ type, options }: ReportFilterAnswer): {
  readonly type: string;
  readonly options?: string | string[];
} {
  if (options === undefined) return { type };
  return { type, options: type === "Select" ? options.split("\n") : options };
}
