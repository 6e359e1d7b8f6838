import { readFileSync } from "node:fs";
import { identity } from "../identity.ts";

const example = "greeter";

/** The files of a new connector, by name: those of the example, called otherwise. */
export function connectorFiles(name: string): Readonly<Record<string, string>> {
  return {
    [`${name}.ts`]: exampleFile(`${example}.ts`, name),
    [`${name}.test.ts`]: exampleFile(`${example}.test.ts`, name),
    "package.json": `${JSON.stringify(packageOf(name), undefined, 2)}\n`,
  };
}

function exampleFile(file: string, name: string): string {
  return readFileSync(new URL(`../../examples/connector/${file}`, import.meta.url), "utf8").replaceAll(example, name);
}

function packageOf(name: string): object {
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    exports: `./${name}.ts`,
    engines: { node: ">=24" },
    scripts: { test: "node --test" },
    dependencies: { switchyard: identity.version, zod: "4.6.7" },
  };
}
