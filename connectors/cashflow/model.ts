import type { z } from "zod";
import { type Company, companySchema } from "./company.ts";
import { crossCheck } from "./cross-checks.ts";
import { CashflowError } from "./cashflow-error.ts";
import { type Entity, parseEntities } from "./entities.ts";
import { type Finding, formatFinding, hasErrors, nearestName } from "./findings.ts";
import { type FileLimits, type SourceFile, readModelFiles } from "./model-files.ts";
import { type Scenario, builtInScenarios, scenarioSchema } from "./scenario-file.ts";
import { formatPath, readYaml } from "./yaml-source.ts";

/** A company on paper: what `company.yaml`, `scenarios/` and all other YAML files of a folder say. Never changed once read. */
export interface Model {
  readonly company: Company;
  readonly entities: readonly Entity[];
  /** By name; the built-in ones among them. */
  readonly scenarios: ReadonlyMap<string, Scenario>;
  /** Everything that is wrong. */
  readonly findings: readonly Finding[];
}

export interface LoadOptions extends FileLimits {
  /** Most entities. Default 20,000. */
  readonly maxEntities?: number;
  readonly signal?: AbortSignal;
}

/** The company of a model whose `company.yaml` is missing or wrong. */
const placeholderCompany: Company = { name: "Company", currency: "EUR", start: "2026-01", opening_cash: 0 };

/** Reads a model's folder. What is wrong in it is in `findings`; {@link requireValid} makes that an error. */
export async function loadModel(
  folder: string,
  { signal, maxEntities = 20_000, ...limits }: LoadOptions = {},
): Promise<Model> {
  const { files, findings } = await readModelFiles(folder, limits, signal);
  return parseModel(files, findings, maxEntities);
}

/** What one file of a model says, by itself. */
export interface ParsedFile {
  /** Where it is `company.yaml`. */
  readonly company: Company | undefined;
  readonly scenarios: readonly Scenario[];
  readonly entities: readonly Entity[];
  readonly findings: readonly Finding[];
}

/** A model from the texts of its files. */
export function parseModel(
  files: readonly SourceFile[],
  earlier: readonly Finding[] = [],
  maxEntities = 20_000,
): Model {
  return assembleModel(files.map(parseFile), earlier, maxEntities);
}

/** Reads one file; what it means depends on nothing but its name and text. */
export function parseFile(file: SourceFile): ParsedFile {
  const findings: Finding[] = [];
  const nothing = { company: undefined, scenarios: [], entities: [], findings };
  if (/^company\.ya?ml$/.test(file.name)) {
    return { ...nothing, company: parseWhole(file, companySchema, findings).at(0) ?? placeholderCompany };
  }
  if (file.name.startsWith("scenarios/")) {
    return { ...nothing, scenarios: parseWhole(file, scenarioSchema, findings) };
  }
  return { ...nothing, ...parseEntities(file.name, file.text) };
}

/** A model of what its files say, with what is wrong between them. `earlier` is what is known to be wrong already. */
export function assembleModel(
  files: readonly ParsedFile[],
  earlier: readonly Finding[] = [],
  maxEntities = 20_000,
): Model {
  const findings = [...earlier, ...files.flatMap((file) => file.findings)];
  const company = files.findLast((file) => file.company !== undefined)?.company;
  const scenarios = new Map(
    [...builtInScenarios, ...files.flatMap((file) => file.scenarios)].map((scenario) => [scenario.name, scenario]),
  );
  const entities = files.flatMap((file) => file.entities);
  if (company === undefined) {
    findings.push(
      whole(
        "company.yaml",
        "company_missing",
        "There is no company.yaml.",
        "Write name, currency, start and opening_cash.",
      ),
    );
  }
  if (entities.length > maxEntities) {
    const message = `There are ${entities.length} entities, more than ${maxEntities}; the rest is left out.`;
    findings.push(whole("company.yaml", "entity_count", message, "Divide the model."));
    entities.length = maxEntities;
  }
  findings.push(...crossCheck(entities), ...extendsFindings(scenarios));
  return { company: company ?? placeholderCompany, entities, scenarios, findings };
}

/** @throws {CashflowError} `model_invalid` where the model has errors, with all findings in `data`. */
export function requireValid(model: Model): Model {
  if (!hasErrors(model.findings)) return model;
  const errors = model.findings.filter(({ severity }) => severity === "error");
  const [first] = errors.map(formatFinding);
  throw new CashflowError("model_invalid", `The model has ${errors.length} error(s), the first: ${first}`, {
    findings: model.findings,
  });
}

function parseWhole<T>(file: SourceFile, schema: z.ZodType<T>, findings: Finding[]): T[] {
  const { documents, findings: broken } = readYaml(file.name, file.text);
  findings.push(...broken);
  return documents.flatMap(({ value, at }) => {
    const result = schema.safeParse(value);
    if (result.success) return [result.data];
    for (const issue of result.error.issues) {
      const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
      const field = formatPath(path);
      const suggestion = issue.code === "custom" ? String(issue.params?.["suggestion"] ?? "") : "";
      const rule = issue.code === "custom" ? String(issue.params?.["rule"] ?? "invalid") : "wrong_type";
      findings.push({ ...at(path), severity: "error", rule, message: `${field}: ${issue.message}`, suggestion, field });
    }
    return [];
  });
}

function extendsFindings(scenarios: ReadonlyMap<string, Scenario>): Finding[] {
  return [...scenarios.values()].flatMap((scenario) => {
    const seen = [scenario.name];
    for (let base = scenario.extends; base !== undefined; base = scenarios.get(base)?.extends) {
      if (!scenarios.has(base)) {
        const near = nearestName(base, scenarios.keys());
        const suggestion =
          near === undefined ? `Scenarios: ${[...scenarios.keys()].join(", ")}.` : `Did you mean ${near}?`;
        return [
          whole(
            "scenarios",
            "reference_unknown",
            `Scenario ${scenario.name} extends ${base}, which does not exist.`,
            suggestion,
          ),
        ];
      }
      const isClosed = seen.includes(base);
      seen.push(base);
      if (isClosed) {
        return [
          whole(
            "scenarios",
            "reference_cycle",
            `Scenarios extend each other in a circle: ${seen.join(" → ")}.`,
            "Take one extends out.",
          ),
        ];
      }
    }
    return [];
  });
}

function whole(file: string, rule: string, message: string, suggestion: string): Finding {
  return { file, line: 1, column: 1, severity: "error", rule, message, suggestion };
}
