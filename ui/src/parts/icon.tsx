import type { ReactNode } from "react";

/** Outlines on a grid of 24. */
const outlines = {
  overview: "M4 13h6V4H4zM14 9h6V4h-6zM14 20h6v-7h-6zM4 20h6v-3H4z",
  upstreams: "M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01",
  tools: "M14.5 6.5a4 4 0 0 0-5.2 5.2L4 17v3h3l5.3-5.3a4 4 0 0 0 5.2-5.2L15 12l-3-3z",
  prompts: "M4 5h16v11H11l-4 4v-4H4zM8 9h8M8 12h5",
  calls: "M4 7h13l-3-3M20 17H7l3 3",
  jobs: "M4 6h2M4 12h2M4 18h2M10 6h10M10 12h10M10 18h10",
  events: "M3 12h4l3-8 4 16 3-8h4",
  cache: "M4 6c0-2 16-2 16 0v12c0 2-16 2-16 0zM4 6c0 2 16 2 16 0M4 12c0 2 16 2 16 0",
  access: "M15 9a5 5 0 1 0-4.5 5L13 16h2v2h2v2h3v-3l-5.3-5.3A5 5 0 0 0 15 9zM9 8h.01",
  alerts: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  cashflow: "M4 19h16M4 15l4-5 4 3 4-6 4 2M7 19v-2M12 19v-3M17 19v-6",
  monitoring: "M3 5h18v11H3zM8 20h8M12 16v4M6 11h3l2-3 3 6 2-3h2",
  documents: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z",
  plus: "M12 5v14M5 12h14",
  leave: "M14 4H5v16h9M10 12h11M18 8l4 4-4 4",
} as const;

export type IconName = keyof typeof outlines;

/** A drawing beside words; says nothing by itself. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={outlines[name]} />
    </svg>
  );
}
