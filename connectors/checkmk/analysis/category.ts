/** What a service is about. */
export type Category = (typeof categories)[number];

/** All categories. */
export const categories = ["performance", "memory", "disk", "network", "connectivity", "monitoring", "other"] as const;

/** Words in the names of services by category; the first that has one counts. */
const words: readonly (readonly [Exclude<Category, "other">, readonly string[]])[] = [
  ["monitoring", ["check_mk", "agent", "cmk"]],
  ["performance", ["cpu", "load"]],
  ["memory", ["memory", "mem", "ram", "swap"]],
  ["disk", ["disk", "filesystem", "df", "mount", "inode"]],
  ["network", ["network", "interface", "bonding"]],
  ["connectivity", ["ping", "ssh", "tcp", "http", "https", "dns", "host"]],
];

const patterns = words.map(
  ([category, list]) => [category, new RegExp(`(?:^|[^a-z])(?:${list.join("|")})(?:$|[^a-z])`)] as const,
);

/** The category of a service, by the words of its name. */
export function categoryOf(service: string): Category {
  const name = service.toLowerCase();
  return patterns.find(([, pattern]) => pattern.test(name))?.[0] ?? "other";
}
