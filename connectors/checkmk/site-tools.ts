import type { Tool } from "switchyard/connector";
import type { CheckmkConfig } from "./config.ts";
import { Activator } from "./activator.ts";
import type { Operations } from "./operations.ts";
import { Acknowledgements } from "./rest/acknowledgements.ts";
import { Activation } from "./rest/activation.ts";
import { BulkDiscovery } from "./rest/bulk-discovery.ts";
import { Business } from "./rest/business.ts";
import { Comments } from "./rest/comments.ts";
import { Discovery } from "./rest/discovery.ts";
import { Downtimes } from "./rest/downtimes.ts";
import { EventConsole } from "./rest/event-console.ts";
import { Folders } from "./rest/folders.ts";
import { Groups } from "./rest/groups.ts";
import { Hosts } from "./rest/hosts.ts";
import { Metrics } from "./rest/metrics.ts";
import { Rules } from "./rest/rules.ts";
import { StatusTables } from "./rest/status-tables.ts";
import { Status } from "./rest/status.ts";
import { Tags } from "./rest/tags.ts";
import type { Setup } from "./setup.ts";
import { acknowledgementTools } from "./tools/acknowledgement.ts";
import { activationTools } from "./tools/activation.ts";
import { bulkDiscoveryTools } from "./tools/bulk-discovery.ts";
import { businessTools } from "./tools/business.ts";
import { commentTools } from "./tools/comment.ts";
import { discoveryTools } from "./tools/discovery.ts";
import { downtimeTools } from "./tools/downtime.ts";
import { eventTools } from "./tools/event.ts";
import { folderTools } from "./tools/folder.ts";
import { groupTools } from "./tools/group.ts";
import { hostBulkTools } from "./tools/host-bulk.ts";
import { hostReadTool } from "./tools/host-read.ts";
import { hostSetupTools } from "./tools/host-setup.ts";
import { metricTools } from "./tools/metric.ts";
import { parameterChangeTools } from "./tools/parameter-changes.ts";
import { parameterHandlerTools } from "./tools/parameter-handlers.ts";
import { parameterRuleTools } from "./tools/parameter-rules.ts";
import { ruleTools } from "./tools/rule.ts";
import { systemInfoTool } from "./tools/system-info.ts";
import { tagTools } from "./tools/tag-group.ts";
import { delayed } from "./delayed.ts";
import { anyUse, rulesetUse } from "./uses.ts";
import type { RestClient } from "./rest/client.ts";

/** What they are made with. */
export interface SiteContext {
  readonly signal: AbortSignal;
  /** The time, in ms since 1970. */
  readonly now: () => number;
  /** Tells that answers with these `uses` are not what they were. */
  readonly changed: (uses: readonly string[]) => void;
}

/** A site carries out what it was told within so long, in ms: what was read before is then not so any more. */
const carriedOutMs = 2000;

/** Everything that is set up, operated and asked of a site by its REST API. */
export function siteTools(
  client: RestClient,
  { activation: mode, activationTimeoutMs: maxMs }: CheckmkConfig,
  { signal, now, changed }: SiteContext,
): readonly Tool[] {
  const activation = new Activation(client);
  const setup: Setup = {
    hosts: new Hosts(client),
    folders: new Folders(client),
    discovery: new Discovery(client),
    activation,
    activator: new Activator(activation, { mode, maxMs, signal }),
  };
  const rules = new Rules(client, setup);
  const ruleSetup = {
    rules,
    rulesets: rules,
    activator: setup.activator,
    onChange: (ruleset: string) => {
      changed([rulesetUse(ruleset)]);
    },
  };
  const operations: Operations = {
    status: new Status(new StatusTables(client)),
    acknowledgements: new Acknowledgements(client),
    downtimes: new Downtimes(client),
    comments: new Comments(client),
    onDone: delayed(() => changed([anyUse]), carriedOutMs, signal),
    now,
  };
  return [
    systemInfoTool({ client, activation }),
    hostReadTool({ hosts: setup.hosts, status: operations.status }),
    ...hostSetupTools(setup),
    ...hostBulkTools(setup),
    ...folderTools(setup),
    ...discoveryTools(setup),
    ...bulkDiscoveryTools({ ...setup, bulk: new BulkDiscovery(client) }),
    ...activationTools(setup),
    ...groupTools({ groups: new Groups(client), activator: setup.activator }),
    ...tagTools({ tags: new Tags(client), activator: setup.activator }),
    ...ruleTools(ruleSetup),
    ...parameterRuleTools(rules),
    ...parameterChangeTools(ruleSetup),
    ...parameterHandlerTools(),
    ...acknowledgementTools(operations),
    ...downtimeTools(operations),
    ...commentTools(operations),
    ...eventTools(new EventConsole(client)),
    ...metricTools({
      metrics: new Metrics(client),
      status: operations.status,
      now: operations.now,
    }),
    ...businessTools(new Business(client)),
  ];
}
