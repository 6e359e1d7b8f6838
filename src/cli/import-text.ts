import type { Decision } from "../clients/plan-import.ts";
import { type SecretPlace, mask, maskedEntry } from "../clients/secrets.ts";
import { addServer, checkedEntry } from "../config/edit.ts";
import { shownFile } from "../config/problem.ts";
import type { ServerEntry } from "../config/schema.ts";
import type { JsonObject } from "../core/json.ts";
import { plainText } from "./terminal.ts";

/** What an import did, or would do. */
export interface ImportReport {
  /** Our configuration file. */
  readonly file: string;
  /** The client's files that were read. */
  readonly read: readonly string[];
  readonly decisions: readonly Decision[];
  /** The entries of our file before. */
  readonly ours: ReadonlyMap<string, unknown>;
  readonly isDryRun: boolean;
}

/** The report for programs. No value of `env` or `headers` is in it. */
export function importJson({ file, read, decisions, isDryRun }: ImportReport, backup: string | undefined): JsonObject {
  const servers = decisions.map((decision) => {
    const { kind, name, found } = decision;
    const source = { name, file: found.file, client: found.client.name, nameThere: found.name };
    if (decision.kind === "leave") return { decision: kind, ...source, reason: decision.reason };
    const { entry, notes, secrets } = decision;
    return { decision: kind, ...source, entry: maskedEntry(entry), notes, secrets };
  });
  return { file, read, dryRun: isDryRun, servers, ...(backup === undefined ? {} : { backup }) };
}

/** The report for people: what was found, the change as a diff, what to know, and how to take it back. */
export function importText(report: ImportReport, cwd: string, isChanged: boolean): string {
  const { file, decisions, isDryRun } = report;
  const shown = shownFile(file, cwd);
  const count = decisions.filter(({ kind }) => kind === "add" || kind === "replace").length;
  const servers = `${count} server${count === 1 ? "" : "s"}`;
  const parts = [foundText(report, cwd)];
  if (isChanged) parts.push(`${shown}\n${diffOf(report)}`);
  const notes = decisions.flatMap(notesOn);
  if (notes.length > 0) parts.push(notes.join("\n"));
  if (!isChanged) parts.push(`${shown} stays as it is.`);
  else if (isDryRun)
    parts.push(`Nothing is written: this is what would be. Without --dry-run ${servers} would be imported.`);
  else {
    parts.push(`Imported ${servers} into ${shown}. \`switchyard import --rollback\` takes this back.`);
  }
  return plainText(parts.join("\n\n"));
}

function foundText({ read, decisions }: ImportReport, cwd: string): string {
  const files = read.map((file) => {
    const count = decisions.filter(({ found }) => found.file === file).length;
    return `  ${shownFile(file, cwd)}: ${count === 0 ? "no servers" : `${count} server${count === 1 ? "" : "s"}`}`;
  });
  return ["Found:", ...files].join("\n");
}

/** Each changed entry whole, the old one before the new one, written as the file is. */
function diffOf({ file, decisions, ours }: ImportReport): string {
  return decisions
    .flatMap((decision) => {
      if (decision.kind !== "add" && decision.kind !== "replace") return [];
      const { name, entry } = decision;
      const old = decision.kind === "replace" ? checkedEntry(name, ours.get(name)) : undefined;
      const lines = entryLines(file, name, entry).map((line) => `+ ${line}`);
      if (old === undefined) return lines;
      const before = old.kind === "valid" ? entryLines(file, name, old.entry) : [`${name}: (not valid)`];
      return [...before.map((line) => `- ${line}`), ...lines];
    })
    .join("\n");
}

function entryLines(file: string, name: string, entry: ServerEntry): readonly string[] {
  const text = addServer("", file, name, maskedEntry(entry));
  const lines = text.trimEnd().split("\n");
  // Around the entry stand the file and its mcpServers; in YAML nothing closes them.
  return lines[0] === "{"
    ? lines.slice(2, -2).map((line) => line.slice(4))
    : lines.slice(1).map((line) => line.slice(2));
}

function notesOn(decision: Decision): readonly string[] {
  if (decision.kind === "leave") return [`! ${decision.name}: left out, since ${decision.reason}`];
  const { name, notes, secrets, kind } = decision;
  const kept = kind === "keep" ? [`= ${name} is there already`] : [];
  const told =
    kind === "keep"
      ? []
      : [...notes.map((note) => `! ${name}: ${note}`), ...secrets.map((place) => secretText(name, place))];
  return [...kept, ...told];
}

function secretText(server: string, { key, name }: SecretPlace): string {
  const variable = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  const called = key === "env" ? name : `${server.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}_${variable}`;
  return `! ${server}: ${key} ${name} looks like a secret (${mask}) and is copied as it is. To keep it out of the file, set ${called} in the gateway's environment and write "\${${called}}" in its place.`;
}
