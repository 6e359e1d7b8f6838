import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { namedSecret, plantedIn, shapedSecrets } from "../../test/rig/planted.ts";
import { redactJson, redactText, usualRules } from "./redact.ts";
import { keyJudge } from "./secret-keys.ts";
import { pathTree, secretsOfSchema } from "./secret-paths.ts";

function redacted(value: unknown): unknown {
  const { text } = redactJson(JSON.stringify(value));
  assert.deepEqual(plantedIn(text), [], text);
  return JSON.parse(text);
}

const names =
  "password Passwd PASSPHRASE dbPassword secret client_secret token access_token authToken apiKey api_key API-KEY x-api-key authorization Cookie set-cookie credentials private_key privateKey session sessionId session_id bearer jwt iban pin signature";

for (const name of names.split(" ")) {
  test(`the value of ${name} is a secret, wherever it stands`, () => {
    const mark = "[redacted]";
    assert.deepEqual(redacted({ [name]: namedSecret, other: 1 }), { [name]: mark, other: 1 });
    assert.deepEqual(redacted({ a: [{ b: { [name]: [namedSecret] } }] }), { a: [{ b: { [name]: mark } }] });
    assert.deepEqual(redacted({ [name]: { inner: namedSecret } }), { [name]: mark });
    assert.deepEqual(redacted({ text: JSON.stringify({ [name]: namedSecret }) }), {
      text: JSON.stringify({ [name]: mark }),
    });
  });
}

test("names that only look like those of secrets keep their values", () => {
  const value = { max_tokens: 100, key: "F major", passenger: "Ann", author: "Bo", monkey: "George", isSession: true };
  assert.deepEqual(redacted(value), value);
});

test("a password is one also as a number, and nothing is no secret", () => {
  assert.deepEqual(redacted({ password: 12_345, token: 5, secret: null, cookie: "" }), {
    password: "[redacted]",
    token: 5,
    secret: null,
    cookie: "",
  });
});

const places: Readonly<Record<string, (secret: string) => unknown>> = {
  "as a value": (secret) => ({ a: secret }),
  "within a text": (secret) => ({ text: `Look: ${secret}, and more` }),
  "at the end of a text": (secret) => ({ text: `Look: ${secret}` }),
  "in a list in a list": (secret) => [[["x", secret]]],
  "in the text of a result": (secret) => ({ content: [{ type: "text", text: `line\n${secret}\nline` }] }),
  "in JSON in a string": (secret) => ({ text: JSON.stringify({ a: [secret] }) }),
  "in JSON in JSON in a string": (secret) => ({ text: JSON.stringify({ a: JSON.stringify({ b: secret }) }) }),
  "in JSON six strings deep": (secret) => ({
    text: Array.from({ length: 6 }).reduce<string>((inner) => JSON.stringify({ a: inner }), secret),
  }),
  "in a text that begins like JSON": (secret) => ({ text: `[info] ${secret} "` }),
};

for (const [kind, secret] of Object.entries(shapedSecrets)) {
  for (const [place, put] of Object.entries(places)) {
    test(`a secret of the kind ${kind} is found ${place}`, () => {
      redacted(put(secret));
      // As servers may also write it: every character that can be is an escape, or every slash.
      const escaped = JSON.stringify(put(secret));
      assert.deepEqual(plantedIn(redactJson(escaped.replaceAll("/", "\\/")).text), []);
    });
  }
}

function written(text: string): string {
  return text
    .split("")
    .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

test("escapes hide neither names nor shapes", () => {
  const named = redactJson(`{"${written("password")}":"${namedSecret}"}`);
  assert.equal(named.count, 1);
  assert.deepEqual(plantedIn(named.text), []);
  const { text } = redactJson(`{"a":"${written(shapedSecrets.gitHub)}"}`);
  assert.deepEqual(JSON.parse(text), { a: "[redacted]" });
});

test("assignments in a text are secrets: variables, headers, YAML, query strings", () => {
  const text = [
    `DB_PASSWORD=${namedSecret}`,
    `api_key: ${namedSecret}`,
    `Authorization: Basic ${namedSecret}`,
    `https://example.com/?access_token=${namedSecret}&page=2`,
    `"client_secret": "${namedSecret}"`,
    "Cookie: sid=named-secret-value",
  ].join("\n");
  const { text: clean, count } = redactText(text);
  assert.deepEqual(plantedIn(clean), []);
  assert.ok(count >= 5, clean);
  assert.match(clean, /&page=2/);
});

test("wherever a text is cut, what of a secret stands before the cut does not stay", () => {
  const whole = JSON.stringify({
    a: { password: namedSecret },
    list: [{ apiKey: namedSecret }],
    text: JSON.stringify({ secret: namedSecret, deep: JSON.stringify({ token: namedSecret }) }),
  });
  const { length } = namedSecret;
  for (let end = 1; end <= whole.length; end += 1) {
    const { text } = redactJson(whole.slice(0, end));
    for (let part = 6; part <= length; part += 1) {
      assert.ok(!text.includes(namedSecret.slice(0, part)), `cut at ${end}: ${text}`);
    }
  }
});

test("what holds no secret is returned as it is, byte for byte", () => {
  const text = '{ "a" : [1, 2.50, "x\\u00e9"],\n "b": {"c": null} }';
  assert.equal(redactJson(text).text, text);
});

test("what is no secret stays what it was beside one", () => {
  const value = { n: 1.5, list: [true, null, 'text with "quotes" and \\ and 💡'], password: "x", last: {} };
  assert.deepEqual(redacted(value), { ...value, password: "[redacted]" });
});

test("places are secrets, through arrays, with any name for *", () => {
  const paths = pathTree([
    ["customer", "iban2"],
    ["rows", "*", "note"],
  ]);
  const rules = { ...usualRules, paths };
  const value = {
    customer: { iban2: "a", name: "b" },
    iban2: "kept",
    rows: [{ x: { note: "c" }, y: { note: "d", z: "e" } }],
  };
  assert.deepEqual(JSON.parse(redactJson(JSON.stringify(value), rules).text), {
    customer: { iban2: "[redacted]", name: "b" },
    iban2: "kept",
    rows: [{ x: { note: "[redacted]" }, y: { note: "[redacted]", z: "e" } }],
  });
});

test("a schema says which places are secrets, also by reference and in arrays", () => {
  const schema = {
    $defs: { login: { type: "object", properties: { word: { type: "string", format: "password" } } } },
    properties: {
      login: { $ref: "#/$defs/login" },
      list: { type: "array", items: { anyOf: [{ $ref: "#/$defs/login" }, { type: "null" }] } },
      hidden: { type: "object", writeOnly: true },
      map: { additionalProperties: { format: "password" } },
      open: { type: "string", format: "email" },
    },
  };
  assert.deepEqual(secretsOfSchema(schema), [["login", "word"], ["list", "word"], ["hidden"], ["map", "*"]]);
  assert.deepEqual(secretsOfSchema({ $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }), []);
});

test("further names are taken exactly, with * for any characters", () => {
  const rules = { judge: keyJudge(["internal_*", "Kto"]), hasOwnKeys: true, paths: undefined };
  const { text } = redactJson('{"internal_x":"a","kto":"b","konto":"c"}', rules);
  assert.deepEqual(JSON.parse(text), { internal_x: "[redacted]", kto: "[redacted]", konto: "c" });
});

test("whatever a text is made of, what comes out is JSON again, and a secret after it is found all the same", () => {
  const seed = 8;
  const random = seededRandom(seed);
  const pieces = [
    ...'"\\{}[]:,= @.;\n'.split(""),
    "password",
    "://",
    "a-",
    "eyJ",
    "Bearer ",
    "token",
    "x",
    "-----BEGIN PRIVATE KEY-----",
  ];
  for (let round = 0; round < 3000; round += 1) {
    const text = Array.from({ length: 40 }, () => pieces[Math.trunc(random() * pieces.length)]).join("");
    const once = redactJson(
      JSON.stringify({ text, list: [`${text} ${shapedSecrets.gitHub}`], apiKey: namedSecret }),
    ).text;
    assert.deepEqual(plantedIn(once), [], `seed ${seed}: ${JSON.stringify(text)}`);
    JSON.parse(once);
  }
});

test("looking only at the strings that hold a suspicious word comes to what walking through all of the text comes to", () => {
  const seed = 21;
  const random = seededRandom(seed);
  const walked = { ...usualRules, hasOwnKeys: true };
  const words = [
    "pin",
    "auth",
    "x_auth",
    "sig",
    "key",
    "api key",
    "keyboard",
    "sessions",
    "Bearer abcdefgh",
    "a\\b",
    "\n",
  ];
  const more = [
    "token=abcdef",
    "http://u:pw@h/",
    "é",
    '"',
    "{",
    '{"pin":"1234"}',
    '["x",{"token":"t"}]',
    "basic YWJjZGVm0=",
    "",
  ];
  const pick = (): string => [...words, ...more, shapedSecrets.gitHub][Math.trunc(random() * 21)] ?? "plain";
  const value = (depth: number): unknown => {
    const kind = random();
    if (depth === 0 || kind < 0.4) return kind < 0.1 ? 12 : pick() + pick();
    if (kind < 0.6) return JSON.stringify(value(depth - 1));
    if (kind < 0.8) return [value(depth - 1), value(depth - 1)];
    return { [pick()]: value(depth - 1), [pick()]: value(depth - 1), plain: value(depth - 1) };
  };
  let found = 0;
  for (let round = 0; round < 3000; round += 1) {
    const whole = JSON.stringify(value(3));
    for (const text of [whole, whole.slice(0, Math.trunc(random() * whole.length))]) {
      const some = redactJson(text);
      found += some.count;
      assert.deepEqual(some, redactJson(text, walked), `seed ${seed}: ${text}`);
    }
  }
  assert.ok(found > 1000, `${found} secrets were among them`);
});
