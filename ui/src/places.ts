import type { IconName } from "./parts/icon.tsx";

/** The pages that can be gone to from anywhere, in the order of the menu. One with a `server` is there where an upstream is of it. */
export const places = [
  { to: "/", label: "Overview", icon: "overview" },
  { to: "/upstreams", label: "Upstreams", icon: "upstreams" },
  { to: "/tools", label: "Tools", icon: "tools" },
  { to: "/prompts", label: "Prompts", icon: "prompts" },
  { to: "/calls", label: "Calls", icon: "calls" },
  { to: "/jobs", label: "Jobs", icon: "jobs" },
  { to: "/events", label: "Events", icon: "events" },
  { to: "/cashflow", label: "Cash flow", icon: "cashflow", server: "cashflow" },
  { to: "/monitoring", label: "Monitoring", icon: "monitoring", server: "checkmk" },
  { to: "/documents", label: "Documents", icon: "documents", server: "frappe" },
  { to: "/cache", label: "Cache", icon: "cache" },
  { to: "/alerts", label: "Alerts & SLO", icon: "alerts" },
  { to: "/access", label: "Access", icon: "access" },
  { to: "/settings", label: "Settings", icon: "settings" },
] as const satisfies readonly {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  readonly server?: string;
}[];
