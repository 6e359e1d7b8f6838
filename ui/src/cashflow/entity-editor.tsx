import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { type ReactNode, type SubmitEvent, useState } from "react";
import type { JsonObject, Schema } from "../answers.ts";
import { Refusal } from "../api.ts";
import { useMayUse } from "../ask.ts";
import { Loaded, Problem } from "../parts/loaded.tsx";
import { SchemaForm } from "../parts/schema-form.tsx";
import { tell } from "../parts/told.ts";
import { type Typed, typedOf } from "../parts/typed.ts";
import { plural } from "../text.ts";
import type { EntityAnswer, ValidityAnswer } from "./answers.ts";
import { answerOf, askModel, useAnswer } from "./ask.ts";
import { changesOf, editableOf, findingsByField } from "./changes.ts";

/** How long nobody must type before what was typed is checked, in ms. */
const quietMs = 350;

/** One entity: its fields, checked as they are typed, and saved into its file. */
export function EntityEditor(given: {
  readonly model: string;
  readonly id: string | undefined;
  readonly close: () => void;
}): ReactNode {
  const { model, id, close } = given;
  const isNarrow = useMediaQuery("(max-width: 48em)");
  return (
    <Modal
      opened={id !== undefined}
      onClose={close}
      size="lg"
      fullScreen={isNarrow}
      title={id}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id !== undefined && <Fields key={id} model={model} id={id} close={close} />}
    </Modal>
  );
}

function Fields({
  model,
  id,
  close,
}: {
  readonly model: string;
  readonly id: string;
  readonly close: () => void;
}): ReactNode {
  const entity = useAnswer<EntityAnswer>(model, "entity_get", { id });
  const [type = ""] = id.split(":");
  const schema = useAnswer<{ readonly schema: Schema }>(model, "entity_schema", { type });
  if (entity.isPlaceholderData || schema.isPlaceholderData) return null;
  return (
    <Loaded query={entity}>
      {({ data, source, findings }) => (
        <Stack gap="sm">
          <Text size="xs" c="dimmed" className="mono">
            {source}
          </Text>
          {findings.map(({ rule, line, message, suggestion }) => (
            <Alert key={`${rule} ${line}`} color="orange" variant="light" p="sm">{`${message} ${suggestion}`}</Alert>
          ))}
          <Loaded query={schema}>
            {(answer) => (
              <Form
                // What somebody else has written meanwhile is shown; what was typed against the old is gone with it.
                key={JSON.stringify(data)}
                model={model}
                schema={editableOf(answer.schema)}
                // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was read from JSON
                data={data as JsonObject}
                close={close}
              />
            )}
          </Loaded>
        </Stack>
      )}
    </Loaded>
  );
}

/** What was typed, and what the connector would find wrong with it. */
function useChange(model: string, schema: Schema, data: JsonObject) {
  const [typed, setTyped] = useState<Typed>(() => typedOf(schema, data));
  const { fields, wrong } = changesOf(schema, typed, data);
  const change = { type: data["type"], name: data["name"], fields };
  const count = Object.keys(fields).length;
  const [checked] = useDebouncedValue(change, quietMs);
  const isAsked = Object.keys(checked.fields).length > 0;
  const validity = useAnswer<ValidityAnswer>(model, "entity_validate", checked, isAsked);
  const found =
    count > 0 && validity.data !== undefined ? findingsByField(validity.data, schema) : { at: {}, rest: [] };
  const errors = { ...found.at, ...wrong };
  const isPending = JSON.stringify(checked) !== JSON.stringify(change) || validity.isFetching;
  const isWrong = Object.keys(errors).length > 0 || (count > 0 && validity.data?.valid === false);
  return { typed, setTyped, change, count, errors, warnings: found.rest, isPending, isWrong, failure: validity.error };
}

function Form(given: {
  readonly model: string;
  readonly schema: Schema;
  readonly data: JsonObject;
  readonly close: () => void;
}): ReactNode {
  const { model, schema, data, close } = given;
  const { typed, setTyped, change, count, errors, warnings, isPending, isWrong, failure } = useChange(
    model,
    schema,
    data,
  );
  const [isSaving, setIsSaving] = useState(false);
  const maySave = useMayUse(model, "entity_save");
  const submit = async (): Promise<void> => {
    setIsSaving(true);
    const isSaved = await tell(async () => save(model, change), `Saved ${plural(count, "field")}`, ["cashflow"]);
    setIsSaving(false);
    if (isSaved) close();
  };
  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void submit();
      }}
    >
      {!maySave && (
        <Alert color="gray" variant="light" p="sm">
          It can be looked at: your key does not reach entity_save.
        </Alert>
      )}
      <fieldset disabled={!maySave || isSaving} className="plain">
        <SchemaForm schema={schema} typed={typed} wrong={errors} change={setTyped} />
      </fieldset>
      {failure !== null && count > 0 && <Problem error={failure} />}
      {warnings.map((text) => (
        <Alert key={text} color="orange" variant="light" p="sm">
          {text}
        </Alert>
      ))}
      {maySave && (
        <Group justify="flex-end" className="saving">
          <Text size="sm" c="dimmed" role="status">
            {count === 0 ? "Nothing is changed" : isWrong ? "Not valid yet" : isPending ? "Checking …" : "Valid"}
          </Text>
          <Button type="submit" loading={isSaving} disabled={count === 0 || isWrong || isPending}>
            {count === 0 ? "Save" : `Save ${plural(count, "field")}`}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Asks first whether it would be valid: what is on disk may have changed since it was checked. */
async function save(model: string, change: JsonObject): Promise<void> {
  const { signal } = new AbortController();
  const { valid, findings } = await answerOf<ValidityAnswer>(model, "entity_validate", change, signal);
  if (!valid) {
    const [first] = findings;
    throw new Refusal("tool_failed", first?.message ?? "It would not be valid", { suggestion: first?.suggestion });
  }
  await askModel(model, "entity_save", change, signal);
}
