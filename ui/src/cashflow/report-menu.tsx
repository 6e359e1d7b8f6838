import { Button, Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { saveFile } from "../parts/save-file.ts";
import { tell } from "../parts/told.ts";
import type { ReportAnswer } from "./answers.ts";
import { askModel } from "./ask.ts";
import { type Question, aheadOf } from "./question.ts";

const formats = [
  ["html", "To read or print (HTML)"],
  ["xlsx", "Workbook (XLSX)"],
  ["csv", "Periods (CSV)"],
  ["json", "Everything (JSON)"],
  ["svg", "Chart (SVG)"],
] as const;

/** The forecast as a document, to be kept. */
export function ReportMenu({ question }: { readonly question: Question }): ReactNode {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm">
          Report …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(([format, label]) => (
          <Menu.Item
            key={format}
            onClick={() => void tell(async () => fetchReport(question, format), "The report is there")}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

async function fetchReport(question: Question, format: string): Promise<void> {
  const args = { ...aheadOf(question), format };
  const { structuredContent, content = [] } = await askModel(
    question.model,
    "report",
    args,
    new AbortController().signal,
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the tool's output schema says
  const { name, mime_type: type } = structuredContent as ReportAnswer;
  const resource = content.find((part) => part.resource !== undefined)?.resource;
  const body = resource?.blob === undefined ? (resource?.text ?? "") : bytesOf(resource.blob);
  saveFile(name, type, body);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
