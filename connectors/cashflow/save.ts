import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Document, type YAMLMap, isMap, isScalar, isSeq, parseAllDocuments, stringify } from "yaml";
import { CashflowError } from "./cashflow-error.ts";
import { entityId, isRecord } from "./entities.ts";
import { type EntityType, isEntityType } from "./entity-types/all.ts";
import { type Finding, formatFinding } from "./findings.ts";
import { type SourceFile, fileLimitDefaults, readModelFiles } from "./model-files.ts";
import { type Model, parseModel } from "./model.ts";
import { withMap, withoutItem } from "./yaml-edit.ts";

/** What was written. */
export interface Saved {
  readonly file: string;
  readonly id: string;
  readonly change: "created" | "modified" | "deleted";
  /** Warnings about the entity as it is now. */
  readonly findings: readonly Finding[];
}

/**
 * Writes one entity as a whole: into the place where it stands, comments kept, or as a file of its own under `entities/`. Nothing is written where
 * the entity would have an error, or the model one that it has not had before. The file is replaced as a whole, so that no reader sees half
 * of it.
 *
 * @throws {CashflowError} `model_invalid` what would be wrong; `refused` where the file is not inside the folder.
 */
export async function saveEntity(folder: string, data: Readonly<Record<string, unknown>>): Promise<Saved> {
  const { type, name } = data;
  if (!isEntityType(type) || typeof name !== "string") {
    throw new CashflowError("invalid_argument", "An entity to save needs a known type and a name.");
  }
  return change(folder, entityId(type, name), { kind: "save", dataOver: () => data });
}

/** Some fields of one entity. */
export interface Patch {
  readonly type: EntityType;
  readonly name: string;
  /** The fields to set; with null, to take out. Those that are not named stay. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Sets fields of an entity, which is made where there is none; also of one that is not valid now, if it then is. Otherwise as
 * {@link saveEntity}. A trial says the same and writes nothing.
 *
 * @throws {CashflowError} as {@link saveEntity}; `invalid_argument` where the fields would give it another identity.
 */
export async function patchEntity(
  folder: string,
  { type, name, fields }: Patch,
  { isTrial = false }: { readonly isTrial?: boolean } = {},
): Promise<Saved> {
  for (const [field, value] of [
    ["type", type],
    ["name", name],
  ] as const) {
    if (field in fields && fields[field] !== value) {
      throw new CashflowError(
        "invalid_argument",
        `fields.${field} must be ${JSON.stringify(value)} or left out: type and name are an entity's identity. Delete it and save another.`,
      );
    }
  }
  const dataOver = (before: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
    const entries = Object.entries({ type, name, ...before, ...fields });
    return Object.fromEntries(entries.filter(([field, value]) => value !== null || !(field in fields)));
  };
  return change(folder, entityId(type, name), { kind: "save", dataOver }, isTrial);
}

/**
 * Takes one entity out of its file, and the file away where it was the only one.
 *
 * @throws {CashflowError} `not_found`; `model_invalid` where others refer to it.
 */
export async function deleteEntity(folder: string, id: string): Promise<Saved> {
  return change(folder, id, { kind: "delete" });
}

type Wish =
  | {
      readonly kind: "save";
      /** What the entity is to be, given what it is; `{}` where it is new. */
      readonly dataOver: (before: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "delete" };

interface Edit {
  readonly file: string;
  readonly text: string;
  readonly change: Saved["change"];
}

async function change(folder: string, id: string, wish: Wish, isTrial = false): Promise<Saved> {
  const { files, findings } = await readModelFiles(folder);
  const before = parseModel(files, findings);
  const edited = editOf(files, before, id, wish);
  if (edited.change === "created" && files.some(({ name }) => name === edited.file)) {
    throw new CashflowError("refused", `${edited.file} exists and holds something else: nothing was written.`);
  }
  const isEmpty = edited.text.trim() === "";
  const file = isEmpty ? [] : [{ name: edited.file, text: edited.text }];
  const after = parseModel([...files.filter(({ name }) => name !== edited.file), ...file], findings);
  refuseErrors(before, after, edited, id);
  if (!isTrial) await replaceFile(folder, edited.file, isEmpty ? undefined : edited.text);
  const about = after.findings.filter(({ entity }) => entity === id);
  return { file: edited.file, id, change: edited.change, findings: about };
}

function editOf(files: readonly SourceFile[], model: Model, id: string, wish: Wish): Edit {
  const place = placeOf(files, model, id);
  if (place === undefined) {
    if (wish.kind === "delete") throw new CashflowError("not_found", `There is no entity ${id}.`);
    const [type = "", name = ""] = id.split(/:(.*)/s);
    return { file: `entities/${type}/${name}.yaml`, text: stringify(wish.dataOver({})), change: "created" };
  }
  const { file, text, documents, document, holder } = place;
  if (wish.kind === "save") {
    const plain: unknown = holder.map.toJS(document);
    const before = isRecord(plain) ? plain : {};
    assign(document, holder.map, before, wish.dataOver(before));
    return { file, text: withMap(text, holder.map, textOf(documents)), change: "modified" };
  }
  if (holder.list === undefined) {
    return { file, text: textOf(documents.filter((one) => one !== document)), change: "deleted" };
  }
  holder.list.splice(holder.index, 1);
  return { file, text: withoutItem(text, holder.map, holder.index, textOf(documents)), change: "deleted" };
}

interface Place {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly Document[];
  readonly document: Document;
  readonly holder: Holder;
}

/** Where an entity stands: in the file that the model says, or, as one that is not valid is not in the model, in any that has it. */
function placeOf(files: readonly SourceFile[], { entities }: Model, id: string): Place | undefined {
  const known = entities.find((entity) => entity.id === id)?.source.file;
  for (const { name: file, text } of files) {
    if (known === undefined ? isAside(file) : file !== known) continue;
    const documents: Document[] = [...parseAllDocuments(text)];
    for (const document of documents) {
      const holder = holderOf(document, id);
      if (holder === undefined) continue;
      if (documents.every(({ errors }) => errors.length === 0)) return { file, text, documents, document, holder };
      throw new CashflowError("refused", `${file} is no valid YAML: mend it by hand first. Nothing was written.`);
    }
  }
  return undefined;
}

/** Whether a file holds no entities. */
function isAside(file: string): boolean {
  return file.startsWith("scenarios/") || /^company\.ya?ml$/.test(file);
}

function keyOf({ file, rule, entity, field, message }: Finding): string {
  return JSON.stringify([file, rule, entity, field, message]);
}

function refuseErrors(before: Model, after: Model, edited: Edit, id: string): void {
  const known = new Set(before.findings.map(keyOf));
  const isSaved = edited.change !== "deleted";
  const wrong = after.findings.filter(
    (finding) => finding.severity === "error" && (!known.has(keyOf(finding)) || (isSaved && finding.entity === id)),
  );
  const isThere = after.entities.some((entity) => entity.id === id);
  if (wrong.length === 0 && isThere === isSaved) return;
  const told = wrong.map(formatFinding).join("\n");
  throw new CashflowError("model_invalid", `Nothing was written, since the model would not be valid:\n${told}`, {
    findings: wrong,
  });
}

function textOf(documents: readonly Document[]): string {
  const parts = documents.map((document) => document.toString({ lineWidth: 0 }));
  return parts.join(parts.some((part) => part.startsWith("---")) ? "" : "---\n");
}

interface Holder {
  readonly map: YAMLMap;
  readonly list?: unknown[];
  readonly index: number;
}

/** The map in the document that is the entity. */
function holderOf({ contents }: Document, id: string): Holder | undefined {
  const isIt = (node: unknown): node is YAMLMap => {
    if (!isMap(node)) return false;
    const type = node.get("type");
    return isEntityType(type) && entityId(type, String(node.get("name"))) === id;
  };
  if (isIt(contents)) return { map: contents, index: 0 };
  const list = isMap(contents) ? contents.get("entities") : contents;
  if (!isSeq(list)) return undefined;
  const index = list.items.findIndex(isIt);
  const map = list.items[index];
  return isMap(map) ? { map, list: list.items, index } : undefined;
}

/** Makes a map say `data`. What it says already is not touched, so that it stays as it was written. */
function assign(
  document: Document,
  map: YAMLMap,
  before: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(before)) if (!(name in data)) map.delete(name);
  for (const [name, value] of Object.entries(data)) {
    if (name in before && isDeepStrictEqual(before[name], value)) continue;
    const node = map.get(name, true);
    const isPlain = typeof value !== "object" || value === null;
    // A scalar keeps its comment; what is made of parts is written anew.
    if (isScalar(node) && isPlain) node.value = value;
    else map.set(name, isPlain ? value : document.createNode(value));
  }
}

async function replaceFile(folder: string, name: string, text: string | undefined): Promise<void> {
  const root = await realpath(folder);
  const path = join(root, name);
  if (text !== undefined && Buffer.byteLength(text) > fileLimitDefaults.maxFileBytes) {
    throw new CashflowError("refused", `${name} would be larger than ${fileLimitDefaults.maxFileBytes} bytes.`);
  }
  await mkdir(dirname(path), { recursive: true });
  const parent = await realpath(dirname(path));
  if (parent !== root && !parent.startsWith(root + sep)) {
    throw new CashflowError("refused", `${name} is not inside the model's folder: nothing was written.`);
  }
  if (text === undefined) {
    await rm(path, { force: true });
    return;
  }
  const draft = join(parent, `.${randomUUID()}.draft`);
  try {
    await using file: FileHandle = await open(draft, "wx");
    await file.writeFile(text);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
