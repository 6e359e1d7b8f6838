import { SimpleGrid, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Figure } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { countText } from "../text.ts";
import type { CapTableAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { chanceText, moneyText, nothing, titleOf } from "./figures.ts";
import { Key } from "./plot.tsx";

/** Who owns the company today. */
export function CapTableView({ model }: { readonly model: string }): ReactNode {
  const answer = useAnswer<CapTableAnswer>(model, "cap_table", {});
  return (
    <Loaded query={answer}>
      {(table) =>
        table.holdings.length === 0 ? (
          <Panel>
            <Empty title="Nobody owns it yet">
              Entities of the types shareholder, share class and funding round make the cap table.
            </Empty>
          </Panel>
        ) : (
          <>
            <Facts table={table} />
            <Panel title={`Fully diluted, on ${table.as_of}`}>
              <Stacked table={table} />
            </Panel>
            <Panel title="Holdings">
              <Holdings table={table} />
            </Panel>
          </>
        )
      }
    </Loaded>
  );
}

function shareOrNothing(share: number | null): string {
  return share === null ? nothing : chanceText(share);
}

function Facts({ table: { ownership, currency, ...table } }: { readonly table: CapTableAnswer }): ReactNode {
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Figure label="Founders" value={shareOrNothing(ownership.founder)} note="of what is issued" />
      <Figure label="Investors" value={shareOrNothing(ownership.investor)} note="of what is issued" />
      <Figure
        label="Shares"
        value={countText(table.issued_shares)}
        note={`${countText(table.fully_diluted_shares)} fully diluted`}
      />
      <Figure
        label="Preferences"
        value={moneyText(ownership.liquidation_overhang, currency)}
        note="are paid before common shares"
      />
    </SimpleGrid>
  );
}

const kinds = {
  founder: "var(--mantine-color-cyan-7)",
  investor: "var(--mantine-color-grape-5)",
  employee: "var(--mantine-color-teal-6)",
  advisor: "var(--mantine-color-orange-5)",
  pool: "var(--mantine-color-gray-5)",
} as const;

function colorOfHolder(type: string): string {
  return Object.entries(kinds).find(([kind]) => kind === type)?.[1] ?? "var(--mantine-color-gray-6)";
}

/** Who owns how much, as one bar; the table below says the same. */
function Stacked({ table: { holdings } }: { readonly table: CapTableAnswer }): ReactNode {
  const shares = new Map<string, number>();
  for (const { type, diluted_percent: percent } of holdings) shares.set(type, (shares.get(type) ?? 0) + percent);
  const parts = [...shares].filter(([, percent]) => percent > 0);
  return (
    <>
      <div className="stack" aria-hidden="true">
        {parts.map(([type, percent]) => (
          <div key={type} style={{ width: `${percent}%`, background: colorOfHolder(type) }} />
        ))}
      </div>
      <div style={{ marginTop: 10 }}>
        <Key
          marks={parts.map(([type, percent]) => [`${titleOf(type)} ${percent.toFixed(1)} %`, colorOfHolder(type)])}
        />
      </div>
    </>
  );
}

function Holdings({ table: { holdings } }: { readonly table: CapTableAnswer }): ReactNode {
  return (
    <Table className="numbers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Holder</Table.Th>
          <Table.Th ta="right">Shares</Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Vested
          </Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Issued
          </Table.Th>
          <Table.Th ta="right">Diluted</Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Votes
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {holdings.map((one, at) => (
          <Table.Tr key={`${at} ${one.holder}`}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              {titleOf(one.holder)}
              <Text size="xs" c="dimmed">
                {[one.type, one.share_class ?? (one.type === "pool" ? undefined : "options")]
                  .filter(Boolean)
                  .join(", ")}
              </Text>
            </Table.Td>
            <Table.Td ta="right">{countText(one.shares)}</Table.Td>
            <Table.Td ta="right" visibleFrom="sm">
              {countText(one.vested)}
            </Table.Td>
            <Percent value={one.basic_percent} isWide />
            <Percent value={one.diluted_percent} />
            <Percent value={one.voting_percent} isWide />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Percent({ value, isWide = false }: { readonly value: number; readonly isWide?: boolean }): ReactNode {
  return (
    <Table.Td ta="right" {...(isWide && { visibleFrom: "sm" })}>
      {value === 0 ? nothing : `${value.toFixed(2)}\u00a0%`}
    </Table.Td>
  );
}
