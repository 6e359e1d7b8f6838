import { collection, domainObject } from "./reply.ts";
import type { Route } from "./route.ts";

type Tag = readonly [id: string, title: string, ...auxTags: string[]];

const groups: readonly (readonly [id: string, title: string, topic: string, tags: readonly Tag[]])[] = [
  [
    "agent",
    "Checkmk agent / API integrations",
    "Monitoring agents",
    [
      ["cmk-agent", "API integrations if configured, else Checkmk agent", "tcp"],
      ["no-agent", "No API integrations, no Checkmk agent"],
    ],
  ],
  [
    "snmp_ds",
    "SNMP",
    "Monitoring agents",
    [
      ["no-snmp", "No SNMP"],
      ["snmp-v2", "SNMP v2 or v3", "snmp"],
    ],
  ],
  [
    "criticality",
    "Criticality",
    "Host tags",
    [
      ["prod", "Productive system"],
      ["critical", "Business critical"],
      ["test", "Test system"],
      ["offline", "Do not monitor this host"],
    ],
  ],
  [
    "networking",
    "Networking Segment",
    "Host tags",
    [
      ["lan", "Local network (low latency)"],
      ["wan", "WAN (high latency)"],
      ["dmz", "DMZ (low latency, secure access)"],
    ],
  ],
];

/** Tags of hosts. */
export const tagRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/domain-types/host_tag_group/collections/all",
    run: () => {
      const value = groups.map(([id, title, topic, tags]) => {
        const shown = tags.map(([tag, text, ...auxTags]) => ({ id: tag, title: text, aux_tags: auxTags }));
        return domainObject("host_tag_group", id, title, { topic, tags: shown, help: "" });
      });
      return { status: 200, body: collection("host_tag_group", value) };
    },
  },
];
