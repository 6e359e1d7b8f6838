import { hostKinds } from "./host-kinds.ts";

/** One rule, as the API shows it. */
export interface SimulatedRule {
  readonly id: string;
  readonly ruleset: string;
  /** `/` or such as `/servers/linux`. */
  readonly folder: string;
  readonly valueRaw: string;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Rulesets beside those of the services that are simulated. */
const others = [
  "checkgroup_parameters:cpu_load",
  "checkgroup_parameters:cpu_utilization",
  "checkgroup_parameters:custom_checks",
  "checkgroup_parameters:fan_speed",
  "checkgroup_parameters:humidity",
  "checkgroup_parameters:mysql_connections",
  "checkgroup_parameters:network_interface",
  "checkgroup_parameters:ssl_certificates",
  "checkgroup_parameters:tcp_connections",
  "extra_host_conf:check_timeout",
  "extra_host_conf:max_check_attempts",
  "extra_host_conf:retry_interval",
  "extra_service_conf:check_interval",
  "extra_service_conf:max_check_attempts",
  "extra_service_conf:retry_interval",
  "host_groups",
  "service_groups",
];

/** Rulesets by name, with what they are called. */
export const rulesetTitles: ReadonlyMap<string, string> = new Map(
  [...hostKinds.flatMap(({ services }) => services.flatMap(({ ruleset = [] }) => ruleset)), ...others].map(
    (name): [string, string] => {
      const full = name.includes(":") || name.endsWith("_groups") ? name : `checkgroup_parameters:${name}`;
      return [full, full.slice(full.indexOf(":") + 1).replaceAll("_", " ")];
    },
  ),
);

/** Where a rule is to stand among those of its ruleset. */
export type Place =
  | { readonly kind: "top" | "bottom"; readonly folder: string }
  | { readonly kind: "before" | "after"; readonly other: SimulatedRule };

/** The rules of a simulated site, in their order. */
export class Rulebook {
  readonly #rules: SimulatedRule[] = [];

  get all(): readonly SimulatedRule[] {
    return this.#rules;
  }

  of(ruleset: string): readonly SimulatedRule[] {
    return this.#rules.filter((rule) => rule.ruleset === ruleset);
  }

  find(id: string): SimulatedRule | undefined {
    return this.#rules.find((rule) => rule.id === id);
  }

  /** Its place among the rules of its ruleset and folder. */
  indexOf(rule: SimulatedRule): number {
    return this.of(rule.ruleset)
      .filter(({ folder }) => folder === rule.folder)
      .findIndex(({ id }) => id === rule.id);
  }

  /** Puts a rule at the end, or in the place of its former self. */
  put(rule: SimulatedRule): void {
    const at = this.#rules.findIndex(({ id }) => id === rule.id);
    if (at === -1) this.#rules.push(rule);
    else this.#rules[at] = rule;
  }

  move(rule: SimulatedRule, place: Place): SimulatedRule {
    this.remove(rule.id);
    const folder = "folder" in place ? place.folder : place.other.folder;
    const moved = { ...rule, folder };
    if ("folder" in place) {
      if (place.kind === "top") this.#rules.unshift(moved);
      else this.#rules.push(moved);
    } else this.#rules.splice(this.#rules.indexOf(place.other) + (place.kind === "after" ? 1 : 0), 0, moved);
    return moved;
  }

  remove(id: string): void {
    const at = this.#rules.findIndex((rule) => rule.id === id);
    if (at !== -1) this.#rules.splice(at, 1);
  }
}
