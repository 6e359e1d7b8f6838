import { acknowledgeRoutes } from "./acknowledge-routes.ts";
import { activationRoutes } from "./activation-routes.ts";
import { bulkDiscoveryRoutes } from "./bulk-discovery-routes.ts";
import { commentRoutes } from "./comment-routes.ts";
import { discoveryRoutes } from "./discovery-routes.ts";
import { downtimeRoutes } from "./downtime-routes.ts";
import { folderRoutes } from "./folder-routes.ts";
import { hostRoutes } from "./host-routes.ts";
import { businessRoutes } from "./business-routes.ts";
import { eventRoutes } from "./event-routes.ts";
import { groupRoutes } from "./group-routes.ts";
import { metricRoutes } from "./metric-routes.ts";
import { tagRoutes } from "./tag-routes.ts";
import type { Route } from "./route.ts";
import { ruleRoutes } from "./rule-routes.ts";
import { statusRoutes } from "./status-routes.ts";
import { versionRoutes } from "./version-route.ts";

/** Every call of the API that is simulated. */
export const routes: readonly Route[] = [
  ...versionRoutes,
  ...hostRoutes,
  ...folderRoutes,
  ...activationRoutes,
  ...statusRoutes,
  ...acknowledgeRoutes,
  ...downtimeRoutes,
  ...commentRoutes,
  ...discoveryRoutes,
  ...bulkDiscoveryRoutes,
  ...ruleRoutes,
  ...tagRoutes,
  ...metricRoutes,
  ...groupRoutes,
  ...eventRoutes,
  ...businessRoutes,
];
