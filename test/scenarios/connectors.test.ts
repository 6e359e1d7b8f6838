import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { clients } from "../rig/clients.ts";
import { blocksOf, stepsOf } from "../rig/page.ts";
import { inPlace } from "../rig/person.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "src", "cli", "main.js");
const greeter = join(root, "examples", "connector", "greeter.ts");
/** As the package's own sources are found where it is not built. */
const fromSource = "--conditions=switchyard-source";

suite("a connector alone is an MCP server on stdio", () => {
  for (const kind of clients) {
    test(`for ${kind.title}`, async () => {
      const args = [fromSource, main, "connector", greeter, "--greeting", "Hej"];
      await using downstream = await kind.connect({ kind: "stdio", command: process.execPath, args });
      assert.deepEqual(
        (await downstream.tools()).map(({ name }) => name),
        ["greet"],
      );
      const { structuredContent } = await downstream.call("greet", { name: "Ada" });
      assert.deepEqual(structuredContent, { text: "Hej, Ada." });
    });
  }
});

test("what is wrong with it or its options is said before anything is served", async () => {
  await inPlace(
    async ({ run, write, project }) => {
      const said = async (...args: readonly string[]): Promise<unknown> => {
        const { status, stderr } = await run("connector", ...args);
        return [status, stderr.split("\n")[0]];
      };
      await write(join(project, "nothing.ts"), "export const other = 1;\n");
      await write(join(project, "broken.ts"), "throw new Error('no luck');\n");
      assert.deepEqual(await said(greeter, "--colour", "red"), [
        2,
        "There is no option --colour; there are --greeting.",
      ]);
      assert.deepEqual(await said("new"), [2, "`switchyard connector new` needs one name."]);
      assert.deepEqual(await said("./nothing.ts"), [
        3,
        'The connector "./nothing.ts" exports no connector: export what defineConnector returns as `connector`, or as default.',
      ]);
      assert.deepEqual(await said("./broken.ts"), [3, 'The connector "./broken.ts" cannot be loaded: no luck.']);
      const absent = `The connector "absent" is neither a file (write ./absent) nor a package that is installed in ${project}.`;
      assert.deepEqual(await said("absent"), [3, absent]);
    },
    { NODE_OPTIONS: fromSource },
  );
});

test("a new connector has a test that passes, and is served from an installed package by its name", async () => {
  await inPlace(
    async ({ run, project }) => {
      assert.equal((await run("connector", "new", "weather")).status, 0);
      assert.equal((await run("connector", "new", "weather")).status, 2, "what is there is not written over");
      const folder = join(project, "weather");
      await mkdir(join(folder, "node_modules"));
      await symlink(root, join(folder, "node_modules", "switchyard"));
      await symlink(join(root, "node_modules", "zod"), join(folder, "node_modules", "zod"));
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const { stdout } = await promisify(execFile)(process.execPath, [fromSource, "--test"], { cwd: folder, env });
      assert.match(stdout, /pass 2\b/);
      assert.match(await readFile(join(folder, "weather.ts"), "utf8"), /name: "weather"/);
      await mkdir(join(project, "node_modules"));
      await symlink(folder, join(project, "node_modules", "weather"));
      const wrong = await run("connector", "weather", "--colour", "red");
      assert.equal(wrong.stderr.split("\n")[0], "There is no option --colour; there are --greeting.");
    },
    { NODE_OPTIONS: fromSource },
  );
});

test("the configuration runs a connector beside servers, in the same process, and says what is wrong with one", async () => {
  await inPlace(
    async ({ run, write, config, project }) => {
      const servers = {
        greeter: { connector: greeter, config: { greeting: "${GREETING}" } },
        wrong: { connector: greeter, config: { greeting: { no: "text" } } },
        absent: { connector: "absent" },
        apart: { connector: "./apart.ts", isolate: true },
      };
      await write(
        join(project, "apart.ts"),
        (await readFile(greeter, "utf8"))
          .replace("switchyard/connector", join(root, "src", "connector", "api.ts"))
          .replace('from "zod"', `from "${join(root, "node_modules", "zod", "index.js")}"`)
          .replace("${greeting}, ", "${process.pid} "),
      );
      await write(config, JSON.stringify({ mcpServers: servers }));
      const listed = await run("list");
      assert.match(listed.stdout, new RegExp(`greeter +connector +.*${greeter}`));
      const called = await run("call", "greeter/greet", "--args", '{"name":"Ada"}');
      assert.equal(called.stdout, '{"text":"Moin, Ada."}\n');
      const apart = await run("call", "apart/greet", "--args", '{"name":"Ada"}');
      assert.match(apart.stdout, /^\{"text":"\d+ Ada\."\}\n$/);
      const wrong = await run("call", "wrong/greet", "--args", "{}");
      assert.match(wrong.stderr, /The configuration is wrong\. greeting: Invalid input/);
      const absent = await run("call", "absent/greet", "--args", "{}");
      assert.match(absent.stderr, /"absent" is neither a file \(write \.\/absent\) nor a package/);
    },
    { NODE_OPTIONS: fromSource, GREETING: "Moin" },
  );
});

test("the guide shows the example and its test as they are, and what the command prints", async () => {
  const guide = await readFile(join(root, "docs", "connectors.md"), "utf8");
  const [code, itsTest] = blocksOf(guide, "ts");
  assert.equal(code, await readFile(greeter, "utf8"));
  assert.equal(itsTest, await readFile(join(root, "examples", "connector", "greeter.test.ts"), "utf8"));
  const [step] = blocksOf(guide, "console").flatMap(stepsOf);
  assert.ok(step);
  await inPlace(async ({ run }) => {
    assert.equal((await run(...step.args)).stdout, step.output);
  });
});
