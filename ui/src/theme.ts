import { type CSSVariablesResolver, Notification, createTheme } from "@mantine/core";

/** How everything looks. System fonts: nothing is fetched, and people's own are the ones they read best. */
export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: 9,
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.5rem", lineHeight: "1.25" }, h2: { fontSize: "1.05rem" } },
  },
  cursorType: "pointer",
  components: {
    // Its button to close has no name of its own, and its text under a title is too pale to read.
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { "aria-label": "Close the message" } },
      styles: { description: { color: "var(--mantine-color-dimmed)" } },
    }),
  },
});

const hovered = { "--mantine-color-cyan-filled-hover": "#095c6b" } as const;

/** Quiet text, and buttons under the pointer, that can still be read: the usual ones have less than 4.5 : 1. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...hovered, "--mantine-color-dimmed": "#5c636a", "--mantine-color-placeholder": "#697077" },
  dark: { ...hovered, "--mantine-color-dimmed": "#a6adb4", "--mantine-color-placeholder": "#8b9299" },
});
