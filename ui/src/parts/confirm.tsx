import { Button, type ButtonProps, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A button for what cannot be taken back: asks once more, in words that say what will be. */
export function ConfirmButton(given: {
  readonly label: string;
  readonly question: string;
  readonly says: ReactNode;
  readonly run: () => void;
  readonly button?: ButtonProps;
  /** Of the button that does it. Default: red, as something will be gone. */
  readonly color?: string;
}): ReactNode {
  const { label, question, says, run, button, color = "red.9" } = given;
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="light" color="red" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={question} centered closeButtonProps={{ "aria-label": "Close" }}>
        <Text component="div" size="sm" mb="lg">
          {says}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button
            color={color}
            onClick={() => {
              close();
              run();
            }}
          >
            {label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
