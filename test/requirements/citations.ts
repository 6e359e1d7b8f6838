import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isJsonObject } from "../../src/core/json.ts";

/** A test that says what it shows. */
export interface Citation {
  readonly id: string;
  /** From the top of the repository. */
  readonly file: string;
  readonly test: string;
  /** Whether the test may be skipped, so that it shows nothing. */
  readonly isSkipped: boolean;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every citation in the tests and the corpus. */
export function citations(): Citation[] {
  const files = globSync(["{src,test}/*/**/*.{test,contract}.ts", "test/corpus/*.json"], { cwd: root }).toSorted();
  return files.flatMap((file) => {
    const text = readFileSync(`${root}${file}`, "utf8");
    return file.endsWith(".json") ? citedByCases(file, text) : citedByTests(file, text);
  });
}

/** From a test's name to where its body begins. */
const head = /^[ \t]*test(\.\w+)?\(\s*(["`])((?:(?!\2)[^\\]|\\.)*)\2([\s\S]*?)=>/gm;
const call = /\bverifies\(([^)]*)\)/g;

/** What the text of a file of tests cites; exported to be tested itself. */
export function citedByTests(file: string, text: string): Citation[] {
  const tests = [...text.matchAll(head)];
  return [...text.matchAll(call)].flatMap((found) => {
    const around = tests.findLast(({ index }) => index < found.index);
    if (around === undefined) throw new Error(`${file} cites outside of any test: ${found[0]}`);
    const [, modifier = "", , name = "", options = ""] = around;
    const isSkipped = modifier !== "" || /\b(?:skip|todo)\b/.test(options);
    const ids = [...(found[1] ?? "").matchAll(/"([^"]+)"/g)].map(([, id = ""]) => id);
    return ids.map((id) => ({ id, file, test: name, isSkipped }));
  });
}

function citedByCases(file: string, text: string): Citation[] {
  const data: unknown = JSON.parse(text);
  const cases: unknown = isJsonObject(data) ? data["cases"] : undefined;
  if (!Array.isArray(cases)) throw new Error(`${file} has no cases`);
  return cases.filter(isJsonObject).flatMap(({ name, verifies }) => {
    const ids: readonly unknown[] = Array.isArray(verifies) ? verifies : [];
    return ids.map((id) => ({ id: String(id), file, test: String(name), isSkipped: false }));
  });
}
