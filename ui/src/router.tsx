import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NothingHere, PageFailed } from "./parts/failed.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { Shell } from "./shell.tsx";

/* Every address of the dashboard. `src/server/pages.ts` serves them, by the first part of their path. */

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NothingHere });
const getParentRoute = (): typeof rootRoute => rootRoute;

/** What stands in the address of a list, as texts: filters, which a link then carries. */
function texts(search: Record<string, unknown>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (value === "" ? [] : [[name, String(value)]])),
  );
}

const overview = createRoute({ getParentRoute, path: "/", component: OverviewPage });
const upstreams = createRoute({
  getParentRoute,
  path: "/upstreams",
  component: lazyRouteComponent(() => import("./pages/upstreams.tsx"), "UpstreamsPage"),
});
const upstream = createRoute({
  getParentRoute,
  path: "/upstreams/$name",
  component: lazyRouteComponent(() => import("./pages/upstream.tsx"), "UpstreamPage"),
});
const tools = createRoute({
  getParentRoute,
  path: "/tools",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/tools.tsx"), "ToolsPage"),
});
const tool = createRoute({
  getParentRoute,
  path: "/tools/$name",
  component: lazyRouteComponent(() => import("./pages/tool.tsx"), "ToolPage"),
});
const prompts = createRoute({
  getParentRoute,
  path: "/prompts",
  component: lazyRouteComponent(() => import("./pages/prompts.tsx"), "PromptsPage"),
});
const prompt = createRoute({
  getParentRoute,
  path: "/prompts/$name",
  component: lazyRouteComponent(() => import("./pages/prompt.tsx"), "PromptPage"),
});
const calls = createRoute({
  getParentRoute,
  path: "/calls",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/calls.tsx"), "CallsPage"),
});
const call = createRoute({
  getParentRoute,
  path: "/calls/$id",
  component: lazyRouteComponent(() => import("./pages/call.tsx"), "CallPage"),
});
const jobs = createRoute({
  getParentRoute,
  path: "/jobs",
  component: lazyRouteComponent(() => import("./pages/jobs.tsx"), "JobsPage"),
});
const newJob = createRoute({
  getParentRoute,
  path: "/jobs/new",
  component: lazyRouteComponent(() => import("./pages/new-job.tsx"), "NewJobPage"),
});
const job = createRoute({
  getParentRoute,
  path: "/jobs/$id",
  component: lazyRouteComponent(() => import("./pages/job.tsx"), "JobPage"),
});
const events = createRoute({
  getParentRoute,
  path: "/events",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/events.tsx"), "EventsPage"),
});
const cache = createRoute({
  getParentRoute,
  path: "/cache",
  component: lazyRouteComponent(() => import("./pages/cache.tsx"), "CachePage"),
});
const cashflow = createRoute({
  getParentRoute,
  path: "/cashflow",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/cashflow.tsx"), "CashflowPage"),
});
const monitoring = createRoute({
  getParentRoute,
  path: "/monitoring",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/monitoring.tsx"), "MonitoringPage"),
});
const documents = createRoute({
  getParentRoute,
  path: "/documents",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/documents.tsx"), "DocumentsPage"),
});
const access = createRoute({
  getParentRoute,
  path: "/access",
  component: lazyRouteComponent(() => import("./pages/access.tsx"), "AccessPage"),
});

const alerts = createRoute({
  getParentRoute,
  path: "/alerts",
  component: lazyRouteComponent(() => import("./pages/alerts.tsx"), "AlertsPage"),
});
const settings = createRoute({
  getParentRoute,
  path: "/settings",
  validateSearch: texts,
  component: lazyRouteComponent(() => import("./pages/settings.tsx"), "SettingsPage"),
});

/** The pages by their addresses. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    overview,
    upstreams,
    upstream,
    tools,
    tool,
    prompts,
    prompt,
    calls,
    call,
    jobs,
    newJob,
    job,
    events,
    cache,
    cashflow,
    monitoring,
    documents,
    access,
    alerts,
    settings,
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
