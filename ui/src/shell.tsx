import {
  ActionIcon,
  Alert,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  Kbd,
  NavLink,
  Stack,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useConnection, useRole } from "./live.ts";
import { Palette, openPalette } from "./palette.tsx";
import { Icon } from "./parts/icon.tsx";
import { Mark } from "./parts/mark.tsx";
import { useAlerts, useStatus } from "./queries.ts";
import { leave, useSession } from "./session.ts";
import { usePlaces } from "./shown-places.ts";

/** What is around every page: where to go, whether what is shown is live, and what is looked for. */
export function Shell(): ReactNode {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 212, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding={{ base: "md", sm: "lg" }}
    >
      <AppShell.Header className="panel">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="sm">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Pages"
              aria-expanded={isOpen}
            />
            <Mark />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              onClick={openPalette}
              leftSection={<Icon name="search" size={15} />}
              rightSection={<Kbd size="xs">Ctrl K</Kbd>}
              visibleFrom="sm"
            >
              Find or do
            </Button>
            <ActionIcon variant="default" size="md" onClick={openPalette} aria-label="Find or do" hiddenFrom="sm">
              <Icon name="search" size={16} />
            </ActionIcon>
            <SchemeSwitch />
            <Leave />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" className="panel" aria-label="Pages">
        <Places pathname={pathname} />
        <Connection />
      </AppShell.Navbar>
      <AppShell.Main>
        <Lost />
        <div style={{ maxWidth: 1200, margin: "0 auto" }}>
          <Outlet />
        </div>
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}

function Places({ pathname }: { readonly pathname: string }): ReactNode {
  const { data } = useStatus();
  const down =
    data?.upstreams.filter(({ state }) => ["recovering", "degraded", "awaiting_login"].includes(state.kind)).length ??
    0;
  return (
    <AppShell.Section grow>
      {usePlaces().map(({ to, label, icon }) => {
        const isHere = to === "/" ? pathname === "/" : pathname.startsWith(to);
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={isHere}
            aria-current={isHere ? "page" : undefined}
            variant="light"
            leftSection={<Icon name={icon} />}
            rightSection={
              to === "/upstreams" ? <Many count={down} says="not up" /> : to === "/alerts" ? <Firing /> : undefined
            }
            style={{ borderRadius: "var(--mantine-radius-md)" }}
          />
        );
      })}
    </AppShell.Section>
  );
}

/** How many there are of what somebody should look at; nothing where there is none. */
function Many({ count, says }: { readonly count: number; readonly says: string }): ReactNode {
  if (count === 0) return null;
  return (
    <Badge color="red.9" size="sm" circle aria-label={`${count} ${says}`}>
      {count}
    </Badge>
  );
}

function Firing(): ReactNode {
  const role = useRole();
  const isOperator = role === "operator" || role === "admin";
  const { data } = useAlerts(isOperator);
  return <Many count={data?.alerts.filter(({ state }) => state === "firing").length ?? 0} says="firing" />;
}

const connectionWords = {
  open: { label: "Live", color: "var(--status-up)" },
  connecting: { label: "Connecting …", color: "var(--status-warn)" },
  waiting: { label: "Not connected", color: "var(--status-down)" },
  closed: { label: "Not connected", color: "var(--status-down)" },
} as const;

function Connection(): ReactNode {
  const connection = useConnection();
  const role = useRole();
  const { data } = useStatus();
  const { label, color } = connectionWords[connection];
  return (
    <AppShell.Section p="xs">
      <Stack gap={2}>
        <Group gap={8} role="status">
          <span aria-hidden="true" style={{ width: 9, height: 9, borderRadius: 9, background: color }} />
          <Text size="sm">{label}</Text>
        </Group>
        <Text size="xs" c="dimmed">
          {role === undefined ? "" : `${role} · `}
          {data === undefined ? "" : `version ${data.version}`}
        </Text>
      </Stack>
    </AppShell.Section>
  );
}

/** What is shown is old: said at the top of every page. */
function Lost(): ReactNode {
  const connection = useConnection();
  if (connection !== "waiting") return null;
  return (
    <Alert color="red" variant="light" mb="md" title="The connection to the gateway is lost" role="alert">
      What you see may be old. It is tried again by itself, and goes on where it was.
    </Alert>
  );
}

function SchemeSwitch(): ReactNode {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Show it ${other}`}>
      <ActionIcon
        variant="default"
        size="md"
        aria-label={`Show it ${other}`}
        onClick={() => {
          setColorScheme(other);
        }}
      >
        <Icon name={scheme === "dark" ? "sun" : "moon"} size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

function Leave(): ReactNode {
  const { key } = useSession();
  if (key === undefined) return null;
  return (
    <Tooltip label="Forget the key">
      <ActionIcon variant="default" size="md" aria-label="Forget the key" onClick={leave}>
        <Icon name="leave" size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
