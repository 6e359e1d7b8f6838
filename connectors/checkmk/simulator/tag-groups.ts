/** A tag as the API tells it. */
export interface SimulatedTag {
  readonly id: string | null;
  readonly title: string;
  readonly aux_tags: readonly string[];
}

/** A group of tags, of which a host has one each. */
export interface SimulatedTagGroup {
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  readonly help: string;
  readonly tags: readonly SimulatedTag[];
  readonly isBuiltIn: boolean;
}

type Tag = readonly [id: string, title: string, ...auxTags: string[]];

const builtIn: readonly (readonly [id: string, title: string, topic: string, tags: readonly Tag[]])[] = [
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

/** The groups that there are from the start, by id. */
export function builtInTagGroups(): Map<string, SimulatedTagGroup> {
  const groups = builtIn.map(([id, title, topic, tags]): SimulatedTagGroup => {
    const own = tags.map(([tag, text, ...auxTags]) => ({ id: tag, title: text, aux_tags: auxTags }));
    return { id, title, topic, help: "", tags: own, isBuiltIn: id !== "criticality" && id !== "networking" };
  });
  return new Map(groups.map((group) => [group.id, group]));
}
