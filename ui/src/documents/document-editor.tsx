import { Button, Group, Stack, Switch, Text } from "@mantine/core";
import { type ReactNode, type SubmitEvent, useState } from "react";
import type { JsonObject } from "../answers.ts";
import { askTool, answerOf } from "../ask.ts";
import { Problem } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { plural } from "../text.ts";
import type { DocTypeAnswer, DocumentAnswer, FieldAnswer } from "./answers.ts";
import { type Edited, changesOf, editedFrom } from "./changes.ts";
import { Conflict } from "./conflict.tsx";
import { isChangeable, isFilled, isLong, isTable, sectionsOf, stateOf } from "./fields.ts";
import { jsonOf, textAt } from "./json.ts";
import { RowsEditor } from "./rows-editor.tsx";
import { ValueInput } from "./value-input.tsx";
import { useWrite } from "./write.ts";

/** The fields of a document that can be changed in its state. What is sent is what was changed, and only while nobody else has changed the document. */
export function DocumentEditor(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  /** As it was when the editor was opened. */
  readonly doc: JsonObject;
  readonly close: () => void;
}): ReactNode {
  const { site, docType, doc, close } = given;
  const [edited, setEdited] = useState(() => editedFrom(docType, doc, stateOf(doc)));
  const { theirs, isRunning, problem, save } = useSaving(site, docType.doctype, doc, close);
  const { data, wrong } = changesOf(docType, doc, edited);
  const count = Object.keys(data).length;
  if (theirs !== undefined)
    return (
      <Conflict
        // Yet another version is chosen from anew.
        key={textAt(theirs, "modified")}
        docType={docType}
        before={doc}
        theirs={theirs}
        mine={data}
        isRunning={isRunning}
        save={(changes) => {
          void save(changes, theirs);
        }}
        close={close}
      />
    );
  return (
    <Stack
      component="form"
      gap="lg"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void save(data, doc);
      }}
    >
      <fieldset disabled={isRunning} className="plain">
        <Fields site={site} docType={docType} doc={doc} edited={edited} wrong={wrong} change={setEdited} />
      </fieldset>
      {problem !== undefined && <Problem error={problem} />}
      <Group justify="flex-end" className="saving">
        <Text size="sm" c="dimmed" role="status">
          {count === 0 ? "Nothing is changed" : plural(count, "field")}
        </Text>
        <Button variant="default" onClick={close}>
          Leave it
        </Button>
        <Button type="submit" loading={isRunning} disabled={count === 0 || Object.keys(wrong).length > 0}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}

/** Saves changes of one version of a document, and finds out where somebody else has saved another since: that is `theirs` then. */
function useSaving(site: string, doctype: string, doc: JsonObject, close: () => void) {
  const [theirs, setTheirs] = useState<JsonObject>();
  const { isRunning, problem, run } = useWrite();
  const about = { doctype, name: textAt(doc, "name") };
  const save = async (data: JsonObject, { modified }: JsonObject): Promise<void> => {
    const { signal } = new AbortController();
    const isSaved = await run(async () => {
      await askTool(site, "update_document", { ...about, data, modified }, signal);
    }, `Saved ${about.name}`);
    if (isSaved) {
      close();
      return;
    }
    // Where nothing newer is there, it was refused for another reason, which is shown.
    const now = await answerOf<DocumentAnswer>(site, "get_document", about, signal).catch(() => undefined);
    const found = now === undefined ? undefined : jsonOf(now.data);
    setTheirs(found?.["modified"] === modified ? undefined : found);
  };
  return { theirs, isRunning, problem, save };
}

function Fields(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly doc: JsonObject;
  readonly edited: Edited;
  readonly wrong: Readonly<Record<string, string>>;
  readonly change: (edited: Edited) => void;
}): ReactNode {
  const { site, docType, doc, edited, wrong, change } = given;
  const state = stateOf(doc);
  const open = docType.fields.filter((field) => isChangeable(field, state));
  const usual = open.filter(({ name, type, required }) => required === true || isFilled(type, doc[name]));
  const [isAll, setIsAll] = useState(usual.length === open.length || open.length <= 12);
  return (
    <Stack gap="lg">
      {usual.length < open.length && (
        <Switch
          label={`Also fields that are empty (${open.length - usual.length})`}
          checked={isAll}
          onChange={(event) => {
            setIsAll(event.currentTarget.checked);
          }}
        />
      )}
      {sectionsOf(isAll ? open : usual).map(({ title, fields }) => (
        <Panel key={fields[0]?.name ?? title} {...(title !== "" && { title })}>
          <Stack gap="md">
            <Inputs
              site={site}
              fields={fields.filter(({ type }) => !isTable(type))}
              edited={edited}
              wrong={wrong}
              change={change}
            />
            {fields
              .filter(({ type }) => isTable(type))
              .map(({ name, label }) => (
                <RowsEditor
                  key={name}
                  site={site}
                  docType={docType}
                  table={name}
                  label={label}
                  state={state}
                  rows={edited.tables[name] ?? []}
                  wrong={wrong}
                  change={(rows) => {
                    change({ ...edited, tables: { ...edited.tables, [name]: rows } });
                  }}
                />
              ))}
          </Stack>
        </Panel>
      ))}
    </Stack>
  );
}

function Inputs(given: {
  readonly site: string;
  readonly fields: readonly FieldAnswer[];
  readonly edited: Edited;
  readonly wrong: Readonly<Record<string, string>>;
  readonly change: (edited: Edited) => void;
}): ReactNode {
  const { site, fields, edited, wrong, change } = given;
  return (
    <div className="inputs">
      {fields.map(({ name, label, required, ...field }) => {
        const problem = wrong[name];
        return (
          <div key={name} className={isLong(field.type) ? "wide" : ""}>
            <ValueInput
              site={site}
              field={field}
              value={edited.values[name] ?? ""}
              change={(value) => {
                change({ ...edited, values: { ...edited.values, [name]: value } });
              }}
              common={{ label, withAsterisk: required === true, ...(problem !== undefined && { error: problem }) }}
            />
          </div>
        );
      })}
    </div>
  );
}
