import type { Defaults, ParameterContext, ParameterFinding, ParameterHandler } from "./handler.ts";
import { levelFindings, levelsIn } from "./levels.ts";
import { bareName } from "./known-rulesets.ts";
import { type JsonObject, isJsonObject } from "./literal-json.ts";

/** A kind of sensor, in °C. */
interface Sensor {
  readonly words: readonly string[];
  readonly upper: readonly [number, number];
  readonly lower: readonly [number, number];
  /** Above which no critical level makes sense. */
  readonly most: number;
  /** Minutes over which a trend is measured. */
  readonly period: number;
}

const sensors = {
  gpu: { words: ["gpu", "graphics", "nvidia"], upper: [80, 90], lower: [5, 0], most: 105, period: 30 },
  cpu: { words: ["cpu", "core", "processor", "package"], upper: [75, 85], lower: [5, 0], most: 100, period: 15 },
  ambient: {
    words: ["ambient", "room", "inlet", "intake", "rack"],
    upper: [35, 40],
    lower: [15, 10],
    most: 60,
    period: 60,
  },
  disk: {
    words: ["disk", "drive", "hdd", "ssd", "nvme", "smart"],
    upper: [50, 60],
    lower: [5, 0],
    most: 70,
    period: 60,
  },
  psu: { words: ["psu", "power supply", "power"], upper: [70, 80], lower: [5, 0], most: 90, period: 30 },
  memory: { words: ["dimm", "memory", "ram"], upper: [70, 80], lower: [5, 0], most: 95, period: 30 },
  motherboard: {
    words: ["motherboard", "mainboard", "board", "chipset"],
    upper: [60, 70],
    lower: [5, 0],
    most: 85,
    period: 30,
  },
  case: { words: ["case", "chassis", "system", "exhaust"], upper: [45, 55], lower: [5, 0], most: 70, period: 30 },
  generic: { words: [], upper: [70, 80], lower: [5, 0], most: 100, period: 30 },
} as const satisfies Record<string, Sensor>;

type SensorName = keyof typeof sensors;

const sensorNames: readonly SensorName[] = [
  "gpu",
  "cpu",
  "ambient",
  "disk",
  "psu",
  "memory",
  "motherboard",
  "case",
  "generic",
];

const trendLevels = [5, 10] as const;
const shifts: Readonly<Record<string, number>> = { datacenter: -5, server: 5 };
const handling = ["usr", "dev", "best", "worst", "devdefault", "usrdefault"];
const levelFields = [
  ["levels", "upper"],
  ["levels_lower", "lower"],
] as const;

function sensorOf(service: string, { profile }: ParameterContext): SensorName {
  const asked = sensorNames.find((name) => name === profile);
  const name = service.toLowerCase();
  return asked ?? sensorNames.find((each) => sensors[each].words.some((word) => name.includes(word))) ?? "generic";
}

function fromCelsius(value: number, unit: ParameterContext["unit"]): number {
  if (unit === "f") return Math.round((value * 1.8 + 32) * 10) / 10;
  return unit === "k" ? Math.round((value + 273.15) * 100) / 100 : value;
}

function toCelsius(value: number, unit: ParameterContext["unit"]): number {
  if (unit === "f") return Math.round(((value - 32) / 1.8) * 10) / 10;
  return unit === "k" ? Math.round((value - 273.15) * 10) / 10 : value;
}

function defaults(service: string, context: ParameterContext): Defaults {
  const profile = sensorOf(service, context);
  const { upper, lower, period } = sensors[profile];
  const shift = shifts[context.environment ?? ""] ?? 0;
  const { unit = "c" } = context;
  const inUnit = (levels: readonly [number, number], by = 0): number[] =>
    levels.map((level) => fromCelsius(level + by, unit));
  return {
    profile,
    ruleset: "checkgroup_parameters:temperature",
    parameters: {
      levels: inUnit(upper, shift),
      levels_lower: inUnit(lower),
      device_levels_handling: "usrdefault",
      output_unit: unit,
      ...(context.include_trending === true && { trend_compute: { period, trend_levels: [...trendLevels] } }),
    },
    notes: [
      ...(shift === 0
        ? []
        : [
            `In a ${context.environment} the upper levels are ${Math.abs(shift)} °C ${shift < 0 ? "lower" : "higher"}.`,
          ]),
      ...(unit === "c" ? [] : ["Rules hold °C: set_service_parameters with the same unit converts the levels."]),
    ],
  };
}

function check(service: string, parameters: JsonObject, context: ParameterContext): readonly ParameterFinding[] {
  const { unit } = context;
  const { most } = sensors[sensorOf(service, context)];
  const bounds = { min: fromCelsius(-50, unit), max: fromCelsius(200, unit), unit: `°${(unit ?? "c").toUpperCase()}` };
  const findings = levelFields.flatMap(([field, order]) => [...levelFindings(field, parameters[field], order, bounds)]);
  const [, critical] = levelsIn(parameters["levels"]) ?? [];
  if (critical !== undefined && toCelsius(critical, unit) > most)
    findings.push({
      severity: "warning",
      field: "levels",
      message: `levels: ${critical} is hotter than such a sensor should become (${fromCelsius(most, unit)}).`,
    });
  const [lowest] = levelsIn(parameters["levels_lower"]) ?? [];
  const [highest] = levelsIn(parameters["levels"]) ?? [];
  if (lowest !== undefined && highest !== undefined && lowest >= highest)
    findings.push({
      severity: "error",
      field: "levels_lower",
      message: `levels_lower: ${lowest} is not below the upper levels (${highest}).`,
    });
  const device = parameters["device_levels_handling"];
  if (device !== undefined && !handling.some((name) => name === device))
    findings.push({
      severity: "error",
      field: "device_levels_handling",
      message: `device_levels_handling must be one of ${handling.join(", ")}, got ${JSON.stringify(device)}.`,
    });
  return [...findings, ...unitFindings(parameters), ...trendFindings(parameters)];
}

function unitFindings(parameters: JsonObject): readonly ParameterFinding[] {
  return ["output_unit", "input_unit"].flatMap((field) => {
    const unit = parameters[field];
    if (unit === undefined || unit === "c" || unit === "f" || unit === "k") return [];
    return [{ severity: "error" as const, field, message: `${field} must be c, f or k, got ${JSON.stringify(unit)}.` }];
  });
}

function trendFindings({ trend_compute: trend }: JsonObject): readonly ParameterFinding[] {
  if (trend === undefined) return [];
  if (!isJsonObject(trend))
    return [
      { severity: "error", field: "trend_compute", message: "trend_compute must be an object with period and levels." },
    ];
  const { period } = trend;
  const findings = [
    ...levelFindings("trend_compute.trend_levels", trend["trend_levels"], "upper", { min: 0, unit: "°C" }),
  ];
  if (typeof period !== "number" || period < 5)
    findings.push({
      severity: "error",
      field: "trend_compute.period",
      message: `trend_compute.period must be minutes from 5, got ${JSON.stringify(period ?? null)}.`,
    });
  return findings;
}

/** Levels in the rule's own °C. Trends are left out unless they were asked for. */
function prepare(
  _service: string,
  parameters: JsonObject,
  { unit, include_trending: isTrending }: ParameterContext,
): JsonObject {
  const entries = Object.entries(parameters).flatMap(([field, value]): [string, JsonObject[string]][] => {
    if (field === "trend_compute" && isTrending === false) return [];
    const levels = levelFields.some(([name]) => name === field) ? levelsIn(value) : undefined;
    return [[field, levels === undefined ? value : levels.map((level) => toCelsius(level, unit))]];
  });
  return Object.fromEntries(entries);
}

/** Temperatures by kind of sensor. */
export const temperature: ParameterHandler = {
  name: "temperature",
  title: "Temperatures",
  priority: 100,
  profiles: sensorNames.map((name) => {
    const { upper, lower, most, period } = sensors[name];
    return {
      name,
      says: `${upper.join("/")} °C upper, ${lower.join("/")} °C lower, at most ${most} °C, trend over ${period} minutes`,
    };
  }),
  handles: (service, ruleset) =>
    (ruleset !== undefined && bareName(ruleset) === "temperature") || /\btemp(?:erature)?s?\b|thermal/i.test(service),
  defaults,
  check,
  prepare,
};
