import { type Place, type SimulatedRule, rulesetTitles } from "../rulebook.ts";
import type { Site } from "../site.ts";
import { folderPath, requireFolder } from "./folder-path.ts";
import { type Reply, Refused, badFields, collection, domainObject, etagOf, notFound, problem } from "./reply.ts";
import { type Route, type RouteRequest, objectIn, textAt } from "./route.ts";

const permission = "wato.rulesets";

/** Rules and the sets that they are in. */
export const ruleRoutes: readonly Route[] = [
  { method: "GET", path: "/domain-types/ruleset/collections/all", permission, run: listRulesets },
  { method: "GET", path: "/objects/ruleset/{ruleset_name}", permission, run: showRuleset },
  { method: "GET", path: "/domain-types/rule/collections/all", permission, run: list },
  { method: "POST", path: "/domain-types/rule/collections/all", permission, run: create },
  {
    method: "GET",
    path: "/objects/rule/{rule_id}",
    permission,
    run: ({ site, params }) => one(site, ruleAt(site, params)),
  },
  { method: "PUT", path: "/objects/rule/{rule_id}", permission, run: update },
  { method: "DELETE", path: "/objects/rule/{rule_id}", permission, run: remove },
  { method: "POST", path: "/objects/rule/{rule_id}/actions/move/invoke", permission, run: move },
];

function listRulesets({ site, query }: RouteRequest): Reply {
  const text = query.get("fulltext") ?? query.get("name") ?? "";
  const isUsed = query.get("used") !== "false";
  const found = [...rulesetTitles.keys()].filter((name) => {
    if (isUsed && site.rulebook.of(name).length === 0) return false;
    return `${name} ${rulesetTitles.get(name)}`.toLowerCase().includes(text.toLowerCase());
  });
  return {
    status: 200,
    body: collection(
      "ruleset",
      found.map((name) => shownRuleset(site, name)),
    ),
  };
}

function showRuleset({ site, params: { ruleset_name: name = "" } }: RouteRequest): Reply {
  if (!rulesetTitles.has(name)) {
    throw new Refused(problem(404, "Unknown ruleset.", `The ruleset of name '${name}' is not known.`));
  }
  const body = shownRuleset(site, name);
  return { status: 200, body, headers: { etag: etagOf(body) } };
}

function shownRuleset(site: Site, name: string): object {
  const number = site.rulebook.of(name).length;
  return domainObject("ruleset", name, rulesetTitles.get(name) ?? name, { name, folder: "/", number_of_rules: number });
}

function list({ site, query }: RouteRequest): Reply {
  const ruleset = requireRuleset(query.get("ruleset_name") ?? "");
  return {
    status: 200,
    body: collection(
      "rule",
      site.rulebook.of(ruleset).map((rule) => shown(site, rule)),
    ),
  };
}

function create({ site, body, user }: RouteRequest): Reply {
  const rule = {
    id: site.uuid(),
    ruleset: requireRuleset(textAt(body, "ruleset")),
    folder: requireFolder(site, textAt(body, "folder"), "folder"),
    valueRaw: checkedValue(textAt(body, "value_raw")),
    conditions: objectIn(body, "conditions"),
    properties: objectIn(body, "properties"),
  };
  site.rulebook.put(rule);
  site.configuration.note(
    user.name,
    "new-rule",
    `Created new rule in ruleset ${rule.ruleset} in folder ${rule.folder}`,
  );
  return one(site, rule, true);
}

function update({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const rule = ruleAt(site, params);
  requireAnyEtag(ifMatch);
  const next = {
    ...rule,
    valueRaw: checkedValue(textAt(body, "value_raw")),
    conditions: objectIn(body, "conditions"),
    properties: objectIn(body, "properties"),
  };
  site.rulebook.put(next);
  site.configuration.note(
    user.name,
    "edit-rule",
    `Changed properties of rule #${site.rulebook.indexOf(next)} in ruleset ${rule.ruleset}`,
  );
  return one(site, next, true);
}

function remove({ site, params, user }: RouteRequest): Reply {
  const rule = ruleAt(site, params);
  site.rulebook.remove(rule.id);
  site.configuration.note(user.name, "edit-ruleset", `Deleted rule in ruleset ${rule.ruleset}`);
  return { status: 204 };
}

function move({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const rule = ruleAt(site, params);
  requireAnyEtag(ifMatch);
  const moved = site.rulebook.move(rule, placeOf(site, body));
  site.configuration.note(user.name, "edit-ruleset", `Moved rule in ruleset ${rule.ruleset}`);
  return one(site, moved);
}

function placeOf(site: Site, body: Readonly<Record<string, unknown>>): Place {
  const position = textAt(body, "position");
  switch (position) {
    case "top_of_folder":
    case "bottom_of_folder": {
      const folder = requireFolder(site, textAt(body, "folder"), "folder");
      return { kind: position === "top_of_folder" ? "top" : "bottom", folder };
    }
    case "before_specific_rule":
    case "after_specific_rule": {
      const other = ruleAt(site, { rule_id: textAt(body, "rule_id") });
      return { kind: position === "before_specific_rule" ? "before" : "after", other };
    }
    default:
      throw badFields({ position: [`Unsupported value: ${position}`] });
  }
}

/** The site wants one, and compares it with nothing. */
function requireAnyEtag(ifMatch: string | undefined): void {
  if (ifMatch !== undefined) return;
  throw new Refused(
    problem(428, "Precondition required", "If-Match header required for this operation. See documentation."),
  );
}

function requireRuleset(name: string): string {
  if (rulesetTitles.has(name)) return name;
  throw new Refused(problem(400, "Unknown ruleset.", `The ruleset of name '${name}' is not known.`));
}

/** Only whether its brackets and quotes close: what it means, the site's own value specifications say. */
function checkedValue(text: string): string {
  const bare = text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "");
  const opened = bare.match(/[([{]/g)?.length ?? 0;
  const closed = bare.match(/[)\]}]/g)?.length ?? 0;
  if (opened === closed && !/['"]/.test(bare)) return text;
  throw badFields({ value_raw: [`The request could not be processed: '${text}' is no Python value.`] });
}

function ruleAt(site: Site, { rule_id: id = "" }: Readonly<Record<string, string>>): SimulatedRule {
  const rule = site.rulebook.find(id);
  if (rule === undefined) throw notFound(`Rule with UUID '${id}'`);
  return rule;
}

function one(site: Site, rule: SimulatedRule, hasEtag = false): Reply {
  return { status: 200, body: shown(site, rule), ...(hasEtag && { headers: { etag: etagOf(rule) } }) };
}

function shown(site: Site, rule: SimulatedRule): object {
  const { id, ruleset, folder, valueRaw, conditions, properties } = rule;
  const { description } = properties;
  return domainObject("rule", id, typeof description === "string" ? description : "", {
    ruleset,
    folder: folderPath(folder).path,
    folder_index: site.rulebook.indexOf(rule),
    properties,
    value_raw: valueRaw,
    conditions,
  });
}
