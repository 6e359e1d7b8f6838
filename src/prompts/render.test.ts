import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { contentIn } from "./content.ts";
import { maxRenderedLength, maxValueLength, rendered, withoutPlaces } from "./render.ts";

function textOf(text: string, args: readonly object[], given: Readonly<Record<string, string>>): string {
  const content = contentIn({ arguments: args, messages: [{ role: "user", text }] });
  return rendered(content, given)
    .map((message) => message.content.text)
    .join("");
}

const name = { name: "name" };

test("places are filled with what arguments hold, as it is", () => {
  assert.equal(
    textOf("Hello {{name}}, {{ name }}!", [name], { name: "<b>{{name}}</b> $& \\" }),
    "Hello <b>{{name}}</b> $& \\, <b>{{name}}</b> $& \\!",
  );
  assert.equal(textOf("Hello {{name}}!", [{ ...name, default: "you" }], {}), "Hello you!");
  assert.equal(textOf("Hello {{name}}!", [name], {}), "Hello !");
});

test("a section stands where its argument was given and does not say no", () => {
  const text = "a{{#name}}b{{name}}{{/name}}{{^name}}c{{/name}}d";
  for (const value of ["", " ", "no", "No", "false", "0"])
    assert.equal(textOf(text, [name], { name: value }), "acd", value);
  for (const value of ["yes", "nothing", "1"]) assert.equal(textOf(text, [name], { name: value }), `ab${value}d`);
  const nested = "{{#a}}1{{#b}}2{{/b}}{{^b}}3{{/b}}{{/a}}";
  const args = [{ name: "a" }, { name: "b" }];
  assert.equal(textOf(nested, args, { a: "yes", b: "yes" }), "12");
  assert.equal(textOf(nested, args, { a: "yes" }), "13");
  assert.equal(textOf(nested, args, { b: "yes" }), "");
});

test("what is no place stays as it is, and so does what has a backslash before it", () => {
  assert.equal(
    textOf("{name} {{ }} {{a b}} {{> name}} {{{name}}} \\{{other}}", [name], { name: "x" }),
    "{name} {{ }} {{a b}} {{> name}} {x} {{other}}",
  );
  const text = withoutPlaces("{{name}} {{other}} {{#name}}", new Set(["name"]));
  assert.equal(textOf(text, [name], { name: "x" }), "x {{other}} {{#name}}");
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof GatewayError);
    assert.equal(thrown.code, "invalid_params");
    return thrown.message;
  }
  return assert.fail("nothing was refused");
}

test("a text that cannot be filled is refused when it is saved", () => {
  assert.match(
    refusal(() => textOf("{{nmae}}", [name], {})),
    /messages\[0\] has a place for nmae.*arguments are name/,
  );
  assert.match(
    refusal(() => textOf("{{#name}}", [name], {})),
    /section of name does not end/,
  );
  assert.match(
    refusal(() => textOf("{{/name}}", [name], {})),
    /ends nothing; no section is open/,
  );
  assert.match(
    refusal(() => textOf("{{#name}}{{^b}}{{/name}}{{/b}}", [name, { name: "b" }], {})),
    /the section of b is open/,
  );
});

test("arguments that are missing, unknown, too long or not among the choices are refused", () => {
  const args = [{ name: "kind", required: true, choices: ["short", "long"] }];
  assert.match(
    refusal(() => textOf("{{kind}}", args, {})),
    /kind is missing/,
  );
  assert.match(
    refusal(() => textOf("{{kind}}", args, { kind: "wide" })),
    /one of short, long, got "wide"/,
  );
  assert.match(
    refusal(() => textOf("{{kind}}", args, { knid: "long" })),
    /no argument "knid"; it has kind/,
  );
  assert.match(
    refusal(() => textOf("{{name}}", [name], { name: "x".repeat(maxValueLength + 1) })),
    /may have 20000/,
  );
  const many = "{{name}}".repeat(maxRenderedLength / maxValueLength + 1);
  assert.match(
    refusal(() => textOf(many, [name], { name: "x".repeat(maxValueLength) })),
    /longer than 1000000/,
  );
});

test("reading a text takes time in proportion to it, whatever it says", () => {
  const content = contentIn({
    arguments: [name],
    messages: [{ role: "user", text: `${"\\{{".repeat(10_000)}${"{{#name".repeat(2000)}` }],
  });
  const before = process.cpuUsage().user;
  rendered(content, {});
  assert.ok(process.cpuUsage(undefined).user - before < 1_000_000);
});

test("what is wrong with a content is said by its place", () => {
  const messages = [{ role: "user", text: "x" }];
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /content must be an object/],
    [{ messages: [] }, /at least one message/],
    [{ messages: [{ role: "system", text: "x" }] }, /messages\[0\]\.role/],
    [{ messages: [{ role: "user", text: " " }] }, /messages\[0\]\.text/],
    [{ messages, mesages: [] }, /no member "mesages"/],
    [{ messages, arguments: [{ name: "a b" }] }, /arguments\[0\]\.name/],
    [{ messages, arguments: [name, name] }, /a name of its own/],
    [{ messages, arguments: [{ name: "a", choices: ["x"], default: "y" }] }, /default must be one of its choices/],
    [{ messages, arguments: [{ name: "a", required: "yes" }] }, /required must be true or false/],
    [{ messages, tags: [""] }, /tags\[0\]/],
    [{ messages: [{ role: "user", text: "x".repeat(70_000) }] }, /65536 characters/],
  ];
  for (const [content, message] of wrong)
    assert.match(
      refusal(() => contentIn(content)),
      message,
    );
});
