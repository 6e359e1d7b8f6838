import { Button, Grid, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { WholeTemplate } from "../answers.ts";
import { Refusal, act, read } from "../api.ts";
import { ConfirmButton } from "../parts/confirm.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { StateBadge, Tag } from "../parts/state-badge.tsx";
import { tell } from "../parts/told.ts";
import { ContentForm } from "../prompts/content-form.tsx";
import { type Draft, contentOf, draftOf, emptyDraft } from "../prompts/draft.ts";
import { Preview } from "../prompts/preview.tsx";
import { Versions } from "../prompts/versions.tsx";
import { momentText, plural } from "../text.ts";

/** One template, to write it, see what it comes to, and offer it. */
export function PromptPage(): ReactNode {
  const { name } = useParams({ from: "/prompts/$name" });
  const found = useQuery({
    queryKey: ["prompts", name],
    queryFn: async ({ signal }) => ({ template: await templateOf(name, signal) }),
    // How often it is used is told by nobody.
    refetchInterval: ({ state }) => (state.status === "error" ? false : 10_000),
  });
  const template = found.data?.template;
  return (
    <Page
      title={name}
      back={{ to: "/prompts", label: "Prompts" }}
      says={template === undefined ? "A new template: nothing is kept before it is saved." : saysOf(template)}
      {...(template !== undefined && { actions: <Actions template={template} /> })}
    >
      <Loaded query={found}>
        {({ template: known }) => (
          // What is being written is not thrown away because somebody else saved something: saving then says so.
          <Editor key={name} name={name} template={known} />
        )}
      </Loaded>
    </Page>
  );
}

/** Undefined where there is none of this name: then it is a new one. */
async function templateOf(name: string, signal: AbortSignal): Promise<WholeTemplate | undefined> {
  try {
    return await read<WholeTemplate>(`/api/prompts/${encodeURIComponent(name)}`, signal);
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code === "prompt_not_found") return undefined;
    throw thrown;
  }
}

function saysOf({ status, published, version, origin, uses }: WholeTemplate): ReactNode {
  const from =
    origin &&
    `Copied from ${origin.upstream}/${origin.prompt}${origin.version === undefined ? "" : ` version ${origin.version}`}.`;
  const last = uses.lastAt === undefined ? "" : `, last ${momentText(uses.lastAt)}`;
  return (
    <Group gap="xs">
      <StateBadge state={status} />
      {published !== undefined && published !== version && (
        <Tag color="orange">{`version ${published} is offered`}</Tag>
      )}
      <span>{[`Used ${plural(uses.total, "time")}${last}.`, from].filter(Boolean).join(" ")}</span>
    </Group>
  );
}

const anyRole = "every role";

function Actions({ template: { name, status, role } }: { readonly template: WholeTemplate }): ReactNode {
  const navigate = useNavigate();
  const path = `/api/prompts/${encodeURIComponent(name)}`;
  return (
    <>
      <Select
        size="xs"
        w={150}
        aria-label="From which role on it may be used"
        data={[anyRole, "viewer", "user", "operator", "admin"]}
        value={role ?? anyRole}
        allowDeselect={false}
        onChange={(value) => {
          const wish = value === null || value === anyRole ? {} : { role: value };
          void tell(() => act(`${path}/role`, wish), "It holds from now on", ["prompts"]);
        }}
      />
      {status !== "archived" && (
        <Button
          size="xs"
          variant="default"
          onClick={() => void tell(() => act(`${path}/archive`), `${name} is no longer offered`, ["prompts"])}
        >
          Archive
        </Button>
      )}
      <ConfirmButton
        label="Remove"
        question={`Remove ${name}?`}
        says="It is gone with all of its versions. To keep it and no longer offer it, archive it."
        run={() =>
          void tell(() => act(path, {}, "DELETE"), `${name} is removed`, []).then((isDone) =>
            isDone ? navigate({ to: "/prompts" }) : undefined,
          )
        }
      />
    </>
  );
}

function Editor({
  name,
  template,
}: {
  readonly name: string;
  readonly template: WholeTemplate | undefined;
}): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => (template === undefined ? emptyDraft() : draftOf(template.content)));
  const [seen, setSeen] = useState(template?.version ?? 0);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Panel title="What it says">
          <Stack>
            {template !== undefined && template.version !== seen && (
              <Group gap="xs">
                <Text size="sm">{`Version ${template.version} is there, and this was begun from ${seen}.`}</Text>
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => {
                    setDraft(draftOf(template.content));
                    setSeen(template.version);
                  }}
                >
                  Show it
                </Button>
              </Group>
            )}
            <ContentForm draft={draft} change={setDraft} />
            <Save name={name} draft={draft} seen={seen} saved={setSeen} />
          </Stack>
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <Panel title="What it comes to">
            <Preview content={contentOf(draft)} />
          </Panel>
          {template !== undefined && (
            <Panel title="Versions">
              <Versions template={template} />
            </Panel>
          )}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

/** `seen` is the version that the draft was begun from; `saved` is told of the one that it became. */
function Save(given: {
  readonly name: string;
  readonly draft: Draft;
  readonly seen: number;
  readonly saved: (version: number) => void;
}): ReactNode {
  const { name, draft, seen, saved } = given;
  const [note, setNote] = useState("");
  const save = (publish: boolean): void => {
    const wish = { content: contentOf(draft), note, seen, publish };
    const run = async (): Promise<void> => {
      const { version } = await act<WholeTemplate>(`/api/prompts/${encodeURIComponent(name)}`, wish, "PUT");
      saved(version);
      setNote("");
    };
    void tell(run, publish ? "Saved, and offered" : "Saved", ["prompts"]);
  };
  return (
    <>
      <TextInput
        label="Note"
        description="What this version is for"
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value);
        }}
      />
      <Group>
        <Button
          onClick={() => {
            save(true);
          }}
        >
          Save and publish
        </Button>
        <Button
          variant="default"
          onClick={() => {
            save(false);
          }}
        >
          Save a draft
        </Button>
      </Group>
    </>
  );
}
