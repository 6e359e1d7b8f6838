import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type SubmitEvent, type ReactNode, useState } from "react";
import type { ShownKey } from "../answers.ts";
import { act, read } from "../api.ts";
import { ConfirmButton } from "../parts/confirm.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded, Problem } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Roles } from "../parts/roles.tsx";
import { tell } from "../parts/told.ts";
import { queries } from "../queries.ts";
import { momentText } from "../text.ts";

/** Who may come in, and as what. */
export function AccessPage(): ReactNode {
  const [isMaking, { open, close }] = useDisclosure(false);
  const keys = useQuery({
    queryKey: ["keys"],
    queryFn: async ({ signal }) => (await read<{ keys: readonly ShownKey[] }>("/api/keys", signal)).keys,
  });
  return (
    <Page
      title="Access"
      says="API keys: whoever has one may do what its role and its grants allow. A key is shown once, when it is made."
      actions={
        <Button leftSection={<Icon name="plus" size={16} />} onClick={open}>
          Make a key
        </Button>
      }
    >
      <MakeKey isOpen={isMaking} close={close} />
      <Panel>
        <Loaded query={keys}>
          {(all) =>
            all.length === 0 ? (
              <Empty title="There is no key">
                Without `auth` in the configuration nobody is asked for one, and the gateway listens to this machine
                alone.
              </Empty>
            ) : (
              <Keys keys={all} />
            )
          }
        </Loaded>
      </Panel>
      <Roles />
    </Page>
  );
}

function Keys({ keys }: { readonly keys: readonly ShownKey[] }): ReactNode {
  return (
    <Table verticalSpacing="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Role</Table.Th>
          <Table.Th visibleFrom="sm">Grants</Table.Th>
          <Table.Th visibleFrom="md">Last used</Table.Th>
          <Table.Th visibleFrom="md">Ends</Table.Th>
          <Table.Th aria-label="What can be done" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map(({ id, name, role, grants, usedAt, expiresAt }) => (
          <Table.Tr key={id}>
            <Table.Td>
              <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                {name}
              </Text>
              <Text size="xs" c="dimmed" className="mono">
                {id}
              </Text>
            </Table.Td>
            <Table.Td>{role}</Table.Td>
            <Table.Td visibleFrom="sm">{grants.length === 0 ? "–" : grants.join(", ")}</Table.Td>
            <Table.Td visibleFrom="md">{usedAt === undefined ? "never" : momentText(usedAt)}</Table.Td>
            <Table.Td visibleFrom="md">{expiresAt === undefined ? "never" : momentText(expiresAt)}</Table.Td>
            <Table.Td ta="right">
              <ConfirmButton
                label="Revoke"
                question={`Revoke ${name}?`}
                says="Whoever uses it is turned away from now on, and what they have open is closed."
                run={() =>
                  void tell(() => act(`/api/keys/${encodeURIComponent(id)}`, {}, "DELETE"), `${name} is revoked`, [
                    "keys",
                  ])
                }
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const roles = [
  { value: "viewer", label: "viewer: looks" },
  { value: "user", label: "user: uses what is granted" },
  { value: "operator", label: "operator: also operates" },
  { value: "admin", label: "admin: everything" },
];

function MakeKey({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }): ReactNode {
  const make = useMutation({
    mutationFn: (wish: KeyWish) => act<{ readonly key: string }>("/api/keys", wish),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  const leave = (): void => {
    // What was shown is not kept, here either.
    make.reset();
    close();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={leave}
      title="Make a key"
      closeOnClickOutside={!make.isSuccess}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {make.data === undefined ? (
        <KeyForm make={make.mutate} isMaking={make.isPending} error={make.error} leave={leave} />
      ) : (
        <NewKey text={make.data.key} leave={leave} />
      )}
    </Modal>
  );
}

/** What a key is made for. */
interface KeyWish {
  readonly name: string;
  readonly role: string;
  readonly grants: readonly string[];
}

function KeyForm(given: {
  readonly make: (wish: KeyWish) => void;
  readonly isMaking: boolean;
  readonly error: Error | null;
  readonly leave: () => void;
}): ReactNode {
  const { make, isMaking, error, leave } = given;
  const [name, setName] = useState("");
  const [role, setRole] = useState("user");
  const [grants, setGrants] = useState<string[]>([]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    make({ name: name.trim(), role, grants });
  };
  return (
    <Stack component="form" onSubmit={submit}>
      <TextInput
        label="Name"
        description="Who or what will use it"
        required
        data-autofocus
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Select
        label="Role"
        data={roles}
        value={role}
        allowDeselect={false}
        onChange={(value) => {
          setRole(value ?? "user");
        }}
      />
      <TagsInput
        label="Grants"
        description="UPSTREAM or UPSTREAM/TOOL, * for anything; Enter after each"
        value={grants}
        onChange={setGrants}
      />
      {error !== null && <Problem error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={leave}>
          Cancel
        </Button>
        <Button type="submit" disabled={name.trim() === ""} loading={isMaking}>
          Make it
        </Button>
      </Group>
    </Stack>
  );
}

function NewKey({ text, leave }: { readonly text: string; readonly leave: () => void }): ReactNode {
  return (
    <Stack>
      <Alert color="orange" variant="light" title="This is the only time it is shown">
        The gateway keeps a digest of it. Put it where secrets are kept.
      </Alert>
      <Code block style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {text}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={leave}>Done</Button>
      </Group>
    </Stack>
  );
}
