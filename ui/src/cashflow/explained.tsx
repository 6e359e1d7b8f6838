import { Modal, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { grouped } from "../../../connectors/cashflow/text-table.ts";
import { Loaded } from "../parts/loaded.tsx";
import type { ExplainMonthAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { monthText, titleOf } from "./figures.ts";
import { type Question, aheadOf } from "./question.ts";

/** One figure of a forecast. */
export interface Asked {
  readonly month: string;
  readonly column: string;
}

/** What one figure consists of, down to entity, formula and line. */
export function Explained(given: {
  readonly question: Question;
  readonly asked: Asked | undefined;
  readonly close: () => void;
}): ReactNode {
  const { question, asked, close } = given;
  const isNarrow = useMediaQuery("(max-width: 48em)");
  return (
    <Modal
      opened={asked !== undefined}
      onClose={close}
      size="xl"
      fullScreen={isNarrow}
      title={asked === undefined ? "" : `${titleOf(asked.column)} of ${monthText(asked.month)}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {asked !== undefined && <Parts question={question} asked={asked} />}
    </Modal>
  );
}

function Parts({ question, asked }: { readonly question: Question; readonly asked: Asked }): ReactNode {
  const answer = useAnswer<ExplainMonthAnswer>(question.model, "explain_month", { ...aheadOf(question), ...asked });
  return (
    <Loaded query={answer}>
      {({ amount, currency, contributions, month }) => (
        <Stack gap="sm">
          <Text className="numbers">
            <b>{`${grouped(amount, 2)} ${currency}`}</b>
            {contributions.length === 0
              ? ": nothing moves it in this month."
              : ` is exactly the sum of what follows, under ${question.scenario}.`}
          </Text>
          <Table className="numbers" verticalSpacing={6}>
            <Table.Tbody>
              {contributions.map((part, at) => (
                <Table.Tr key={`${at} ${part.entity} ${part.rule}`}>
                  <Table.Td
                    ta="right"
                    className={part.amount < 0 ? "negative" : ""}
                    style={{ whiteSpace: "nowrap", verticalAlign: "top" }}
                  >
                    {grouped(part.amount, 2)}
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>
                    {part.name}
                    <Text size="xs" c="dimmed">
                      {`${part.formula}${part.recognised === month ? "" : ` (of ${monthText(part.recognised)})`}`}
                    </Text>
                    <Text size="xs" c="dimmed" className="mono">
                      {[part.rule, part.source].filter(Boolean).join(" · ")}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </Loaded>
  );
}
