import { type Citation, citations } from "../test/requirements/citations.ts";
import { type Requirement, urlOf } from "../test/requirements/requirement.ts";
import { subjects } from "../test/requirements/subjects.ts";

/** The page of all requirements with the tests that show them to be met. */
export function requirementsPage(): string {
  const shown = Map.groupBy(citations(), ({ id }) => id);
  const rows: readonly Requirement[] = subjects.flatMap(({ requirements }): readonly Requirement[] => requirements);
  const deviating = rows.filter(({ deviation }) => deviation !== undefined).length;
  const sections = subjects.map(({ title, requirements }) => {
    const lines = requirements.map((requirement) => rowOf(requirement, shown.get(requirement.id) ?? []));
    return [
      `## ${title}`,
      "",
      "| Requirement | As | Level | Behaviour | Specification | Shown by |",
      "| --- | --- | --- | --- | --- | --- |",
      ...lines,
    ].join("\n");
  });
  return [
    "# Requirements",
    "",
    "What the Model Context Protocol asks of a gateway, towards its clients and towards the servers behind it, and the tests that show it.",
    "Generated from `test/requirements/` by `npm run docs`; a requirement that no test shows fails `npm test`.",
    "",
    `${rows.length} requirements; ${deviating} of them are met otherwise, with the reason beside them.`,
    "",
    sections.join("\n\n"),
    "",
  ].join("\n");
}

function rowOf(requirement: Requirement, cited: readonly Citation[]): string {
  const { id, side, level, behaviour, deviation, source } = requirement;
  const files = [...new Set(cited.flatMap(({ file, isSkipped }) => (isSkipped ? [] : [file])))].toSorted();
  const links = files.map((file) => `[${file.replace(/^.*\//, "")}](../${file})`).join(", ");
  const said = deviation === undefined ? behaviour : `${behaviour} **Otherwise:** ${deviation}`;
  return `| \`${id}\` | ${side} | ${level} | ${said} | [${source.replace(/#.*$/, "")}](${urlOf(requirement)}) | ${links} |`;
}
