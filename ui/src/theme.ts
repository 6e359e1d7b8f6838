import { type CSSVariablesResolver, createTheme } from "@mantine/core";

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
});

/** Quiet text that can still be read: the usual one has less than 4.5 : 1. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#5c636a", "--mantine-color-placeholder": "#697077" },
  dark: { "--mantine-color-dimmed": "#a6adb4", "--mantine-color-placeholder": "#8b9299" },
});
