import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { parseConfig } from "./parse.ts";

const servers = `"mcpServers": { "files": { "command": "x" }, "memory": { "command": "x" }, "off": { "command": "x", "disabled": true } }`;

function catalogOf(profiles: string, more = "") {
  return parseConfig(`{ ${servers}, "profiles": ${profiles}${more} }`, "switchyard.jsonc", {}, "/work").catalog;
}

const whole = { tools: ["*"], prompts: ["*"], resources: ["*"], overrides: { tools: {}, prompts: {} } };

test("a profile that says nothing shows every server under prefixed names", () => {
  assert.deepEqual(catalogOf('{ "all": {} }'), {
    profiles: [
      {
        name: "all",
        upstreams: "all",
        readOnly: false,
        prefix: true,
        instructions: undefined,
        search: { mode: "off", alwaysListed: [] },
      },
    ],
    search: { mode: "off", alwaysListed: [] },
  });
});

test("names have a prefix where a profile has several servers, unless it says otherwise", () => {
  const { profiles } = catalogOf(`{
    "one": { "upstreams": { "files": {} } },
    "two": { "upstreams": { "files": {}, "memory": {} } },
    "plain": { "upstreams": { "files": {}, "memory": {} }, "prefix": false },
    "long": { "upstreams": { "files": {} }, "prefix": true }
  }`);
  assert.deepEqual(
    profiles.map(({ name, prefix }) => [name, prefix]),
    [
      ["one", false],
      ["two", true],
      ["plain", false],
      ["long", true],
    ],
  );
  assert.deepEqual(profiles[0]?.upstreams, [{ name: "files", ...whole }]);
});

test("profiles and their servers are in the order of the file, even with names that look like numbers", () => {
  const text = `{ "mcpServers": { "9": { "command": "x" }, "a": { "command": "x" } },
    "profiles": { "z": { "upstreams": { "a": {}, "9": {} } }, "1": {} } }`;
  const { profiles } = parseConfig(text, "switchyard.jsonc", {}, "/work").catalog;
  assert.deepEqual(
    profiles.map(({ name }) => name),
    ["z", "1"],
  );
  const [first] = profiles;
  assert.ok(first !== undefined && first.upstreams !== "all");
  assert.deepEqual(
    first.upstreams.map(({ name }) => name),
    ["a", "9"],
  );
});

test("overrides hold what the file says and nothing else, a value of null included", () => {
  const { profiles } = catalogOf(`{ "p": { "upstreams": { "files": { "overrides": { "tools": { "read": {
    "name": "r",
    "parameters": { "a": { "value": null }, "b": { "default": null }, "c": { "description": "C." } }
  } } } } } } }`);
  const [profile] = profiles;
  assert.ok(profile !== undefined && profile.upstreams !== "all");
  assert.deepEqual(profile.upstreams[0]?.overrides, {
    tools: { read: { name: "r", parameters: { a: { value: null }, b: { default: null }, c: { description: "C." } } } },
    prompts: {},
  });
});

test("a disabled server may stand in a profile, and a search may be a word or an object", () => {
  const { profiles, search } = catalogOf(
    '{ "p": { "upstreams": { "off": {} }, "search": { "mode": "instead", "alwaysListed": ["read_*"] } } }',
    ', "search": "beside"',
  );
  assert.deepEqual(profiles[0]?.search, { mode: "instead", alwaysListed: ["read_*"] });
  assert.deepEqual(search, { mode: "beside", alwaysListed: [] });
});

/** What is wrong across keys, and what is said of it. Each stands at its place in the file. */
const wrong: Readonly<Record<string, readonly [profiles: string, says: string]>> = {
  "a server that there is not": [
    '{ "p": { "upstreams": { "fils": {} } } }',
    '2:25: profiles.p.upstreams.fils names no server of the file; did you mean "files"?',
  ],
  "a name that no address can have": [
    '{ "a b": {} }',
    '2:3: profiles["a b"]: a profile\'s name is 1 to 64 letters, digits, ".", "_" and "-", begins with a letter or a digit, has no "__" and does not end with "_"',
  ],
  "an override of what is hidden": [
    '{ "p": { "upstreams": { "files": { "tools": ["*", "!rm"], "overrides": { "tools": { "rm": {} } } } } } }',
    "2:85: profiles.p.upstreams.files.overrides.tools.rm changes what profiles.p.upstreams.files.tools hides; add it there or remove it here",
  ],
  "one name for two tools": [
    `{ "p": { "upstreams": { "files": { "overrides": { "tools": { "a": { "name": "x" } } } },
"memory": { "overrides": { "tools": { "b": { "name": "x" } } } } } } }`,
    '3:46: profiles.p.upstreams.memory.overrides.tools.b.name is "x", as is profiles.p.upstreams.files.overrides.tools.a.name; choose another',
  ],
  "the name of the search beside a search": [
    '{ "p": { "search": "beside", "upstreams": { "files": { "overrides": { "tools": { "a": { "name": "search_tools" } } } } } } }',
    "2:89: profiles.p.upstreams.files.overrides.tools.a.name is the name of the tool that searches; choose another",
  ],
  "a description of a fixed parameter": [
    '{ "p": { "upstreams": { "files": { "overrides": { "tools": { "a": { "parameters": { "b": { "value": 1, "default": 2 } } } } } } } } }',
    "2:104: profiles.p.upstreams.files.overrides.tools.a.parameters.b.default does nothing beside a value, as callers do not see the parameter; remove one",
  ],
};

for (const [name, [profiles, says]] of Object.entries(wrong)) {
  test(`${name} in a profile is refused, with line and column`, () => {
    assert.throws(
      () => parseConfig(`{ ${servers}, "profiles":\n${profiles} }`, "switchyard.jsonc", {}, "/work"),
      (thrown) => thrown instanceof GatewayError && thrown.message === `switchyard.jsonc:${says}`,
    );
  });
}
