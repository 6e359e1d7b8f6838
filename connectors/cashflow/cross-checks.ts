import { parseDay } from "./calendar.ts";
import { type Entity, entitiesOf, isOfType, isRecord } from "./entities.ts";
import { type Finding, nearestName } from "./findings.ts";
import { toCents } from "./money.ts";
import type { Path } from "./yaml-source.ts";

/** Amounts above this, in units, are asked about. */
const largeMoney = 1e9;

/** Salaries outside of this, in units a year, are asked about. */
const usualSalary = { least: 30_000, most: 500_000 } as const;

/** What is wrong between the fields of an entity, and between entities: sums, orders and references. */
export function crossCheck(entities: readonly Entity[]): Finding[] {
  return [...duplicates(entities), ...entities.flatMap((entity) => checkAlone(entity)), ...checkReferences(entities)];
}

function note(
  severity: Finding["severity"],
  entity: Entity,
  path: Path,
  rule: string,
  message: string,
  suggestion: string,
): Finding {
  const field = path.join(".");
  return {
    ...entity.at(path),
    severity,
    rule,
    message,
    suggestion,
    entity: entity.id,
    ...(field === "" ? {} : { field }),
  };
}

function duplicates(entities: readonly Entity[]): Finding[] {
  const first = new Map<string, Entity>();
  return entities.flatMap((entity) => {
    const earlier = first.get(entity.id);
    if (earlier === undefined) {
      first.set(entity.id, entity);
      return [];
    }
    const { file, line } = earlier.source;
    const message = `${entity.id} is also in ${file}:${line}.`;
    return [note("error", entity, ["name"], "duplicate", message, "Give each entity of a type a name of its own.")];
  });
}

function checkAlone(entity: Entity): Finding[] {
  return [
    ...checkDates(entity),
    ...checkLargeMoney(entity),
    ...checkSalary(entity),
    ...checkSchedule(entity),
    ...checkSums(entity),
    ...checkWear(entity),
  ];
}

function checkDates(entity: Entity): Finding[] {
  const { start_date: start, end_date: end } = entity.data;
  if (end === undefined) return [];
  if (end < start) {
    return [
      note(
        "error",
        entity,
        ["end_date"],
        "dates_order",
        `It ends on ${end}, before it starts on ${start}.`,
        "Swap the dates, or correct one.",
      ),
    ];
  }
  const days = (parseDay(end) ?? 0) - (parseDay(start) ?? 0);
  return days > 3653
    ? [
        note(
          "warning",
          entity,
          ["end_date"],
          "span_long",
          `From ${start} to ${end} are more than ten years.`,
          "Is the year right?",
        ),
      ]
    : [];
}

function checkLargeMoney(entity: Entity): Finding[] {
  return Object.entries(entity.data).flatMap(([field, value]) =>
    typeof value === "number" && value > largeMoney && !field.includes("shares")
      ? [
          note(
            "warning",
            entity,
            [field],
            "money_large",
            `${field} is ${value}, above a thousand millions.`,
            "Amounts are in units, not in cents.",
          ),
        ]
      : [],
  );
}

function checkSalary(entity: Entity): Finding[] {
  if (!isOfType(entity, "employee")) return [];
  const { salary } = entity.data;
  if (salary >= usualSalary.least && salary <= usualSalary.most) return [];
  const message = `A salary of ${salary} a year is outside of ${usualSalary.least} to ${usualSalary.most}.`;
  return [note("warning", entity, ["salary"], "salary_unusual", message, "Salaries are for a year, in units.")];
}

function checkSchedule(entity: Entity): Finding[] {
  const { data } = entity;
  const isPaid = isOfType(entity, "grant", "sale", "investment");
  const field = data.type === "investment" ? "disbursement_schedule" : "payment_schedule";
  const schedule: unknown = data[field];
  if (!isPaid || !Array.isArray(schedule)) return [];
  const sum = schedule.reduce<number>(
    (all, part: unknown) => all + (isRecord(part) ? toCents(Number(part["amount"])) : 0),
    0,
  );
  if (sum === toCents(entity.data.amount)) return [];
  const message = `The ${field} sums to ${sum / 100}, and amount is ${entity.data.amount}.`;
  return [
    note("error", entity, [field], "schedule_sum", message, `Write amount: ${sum / 100}, or correct the schedule.`),
  ];
}

function checkSums(entity: Entity): Finding[] {
  if (isOfType(entity, "investment", "funding_round")) {
    const { pre_money_valuation: pre, post_money_valuation: post } = entity.data;
    const raised = entity.data.type === "investment" ? entity.data.amount : entity.data.amount_raised;
    const isShort = pre !== undefined && post !== undefined && toCents(post) < toCents(pre) + toCents(raised);
    const isOff =
      isShort ||
      (entity.data.type === "funding_round" &&
        pre !== undefined &&
        post !== undefined &&
        toCents(post) !== toCents(pre) + toCents(raised));
    if (!isOff) return [];
    const message = `Post-money ${post} is not pre-money ${pre} plus ${raised}.`;
    return [
      note("warning", entity, ["post_money_valuation"], "valuation_sum", message, `Write ${(pre ?? 0) + raised}.`),
    ];
  }
  if (isOfType(entity, "project") && entity.data.budget_categories !== undefined) {
    const sum = Object.values(entity.data.budget_categories).reduce((all, amount) => all + toCents(amount), 0);
    if (sum === toCents(entity.data.total_budget)) return [];
    const message = `The categories sum to ${sum / 100}, and total_budget is ${entity.data.total_budget}.`;
    return [note("warning", entity, ["budget_categories"], "budget_sum", message, `Write total_budget: ${sum / 100}.`)];
  }
  if (isOfType(entity, "sale")) {
    const { quantity, unit_price: unitPrice, amount } = entity.data;
    if (quantity === undefined || unitPrice === undefined || toCents(quantity * unitPrice) === toCents(amount))
      return [];
    const message = `${quantity} at ${unitPrice} are ${quantity * unitPrice}, and amount is ${amount}; amount counts.`;
    return [note("warning", entity, ["amount"], "sale_sum", message, `Write amount: ${quantity * unitPrice}.`)];
  }
  return [];
}

function checkWear(entity: Entity): Finding[] {
  if (!isOfType(entity, "software", "equipment")) return [];
  const {
    useful_life_years: life,
    depreciation_method: method,
    purchase_price: bought,
    residual_value: residual,
  } = entity.data;
  const paid = bought ?? (entity.data.type === "equipment" ? entity.data.cost : 0);
  const findings: Finding[] = [];
  if (paid > 0 && life === undefined) {
    findings.push(
      note(
        "warning",
        entity,
        [],
        "life_missing",
        `What is bought for ${paid} is never depreciated.`,
        "Write useful_life_years.",
      ),
    );
  }
  if (life !== undefined && !Number.isInteger(life) && method !== undefined && method !== "straight_line") {
    findings.push(
      note(
        "error",
        entity,
        ["useful_life_years"],
        "life_whole",
        `${method} needs whole years, not ${life}.`,
        "Write a whole number, or straight_line.",
      ),
    );
  }
  if (residual !== undefined && residual > paid) {
    findings.push(
      note(
        "error",
        entity,
        ["residual_value"],
        "residual_above_price",
        `A residual value of ${residual} is above the price ${paid}.`,
        "Write what it will be worth at its end.",
      ),
    );
  }
  return findings;
}

function checkReferences(entities: readonly Entity[]): Finding[] {
  const employees = new Set(entitiesOf(entities, "employee").map(({ data }) => data.name));
  const classes = entitiesOf(entities, "share_class");
  const classNames = new Set(classes.map(({ data }) => data.class_name));
  const team = entitiesOf(entities, "project").flatMap((project) =>
    (project.data.team_members ?? []).flatMap((name, at) =>
      missing(project, ["team_members", at], "employee", name, employees),
    ),
  );
  const held = entities.flatMap((entity) => {
    if (!isOfType(entity, "shareholder", "investment", "funding_round")) return [];
    const name = entity.data.share_class;
    return name === undefined ? [] : missing(entity, ["share_class"], "share class", name, classNames);
  });
  const overIssued = classes.flatMap((one) => checkIssued(one, entities));
  return [...team, ...held, ...overIssued];
}

function missing(entity: Entity, path: Path, kind: string, name: string, names: ReadonlySet<string>): Finding[] {
  if (names.has(name)) return [];
  const near = nearestName(name, names);
  const suggestion = near === undefined ? `Add the ${kind}, or correct the name.` : `Did you mean ${near}?`;
  return [note("error", entity, path, "reference_unknown", `There is no ${kind} "${name}".`, suggestion)];
}

function checkIssued(shareClass: Entity<"share_class">, entities: readonly Entity[]): Finding[] {
  const { class_name: name, shares_authorized: authorized, shares_outstanding: outstanding } = shareClass.data;
  const holders = entitiesOf(entities, "shareholder").filter(({ data }) => data.share_class === name);
  const held = holders.reduce((all, { data }) => all + data.total_shares, 0);
  if (Math.max(held, outstanding ?? 0) > authorized) {
    const message = `${Math.max(held, outstanding ?? 0)} shares of ${name} are issued, and ${authorized} authorized.`;
    return [
      note(
        "error",
        shareClass,
        ["shares_authorized"],
        "over_issued",
        message,
        "Authorize more, or correct the holders.",
      ),
    ];
  }
  if (outstanding === undefined || outstanding === held) return [];
  const message = `shares_outstanding of ${name} is ${outstanding}, and its holders have ${held}; the holders count.`;
  return [note("warning", shareClass, ["shares_outstanding"], "outstanding_sum", message, `Write ${held}.`)];
}
