import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { Payload } from "./payload.ts";
import { verifies } from "../../test/requirements/verifies.ts";

test("text that is only passed on stays byte for byte what it was", () => {
  const text = Buffer.from('{ "n": 12345678901234567890, "s":"\\u00e9\u00e9", "d": 1.0, "d": 2 }');
  const payload = Payload.ofText(text);
  assert.equal(payload.text, text);
  assert.equal(payload.line, text);
});

test("asking for the value leaves the text what it was", () => {
  const text = Buffer.from('{"n":1.0}');
  const payload = Payload.ofText(text);
  assert.deepEqual(payload.value, { n: 1 });
  assert.equal(payload.text, text);
  assert.equal(payload.value, payload.value);
});

test("a value is written once", () => {
  const payload = Payload.of({ a: ["x", null] });
  assert.equal(payload.text.toString(), '{"a":["x",null]}');
  assert.equal(payload.text, payload.text);
  assert.equal(payload.line, payload.text);
});

test("as a line, text loses its line breaks and nothing else", () => {
  verifies("stdio.newlines");
  const payload = Payload.ofText(Buffer.from('{\r\n  "n": 12345678901234567890,\n  "s": "a\\nb"\r}'));
  assert.equal(payload.line.toString(), '{    "n": 12345678901234567890,   "s": "a\\nb" }');
  assert.equal(payload.line, payload.line);
});

test("making a line of text leaves the bytes that were given alone", () => {
  const given = Buffer.from('{\n"a":1}');
  const { line } = Payload.ofText(given);
  assert.equal(given.toString(), '{\n"a":1}');
  assert.equal(line.toString(), '{ "a":1}');
});

for (const text of ["", "{", "[]", "null", '"text"', "7", '{"a":1},"b":{}']) {
  test(`the value of the text ${JSON.stringify(text)} is refused as the upstream's fault`, () => {
    const payload = Payload.ofText(Buffer.from(text));
    assert.throws(() => payload.value, { name: "GatewayError", code: "upstream_protocol_error" });
    assert.equal(payload.line.toString(), text, "passing it on is still possible");
  });
}

test("a value that is nested too deeply to be written is refused as the upstream's fault", () => {
  const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  assert.throws(
    () => Payload.of({ deep }).line,
    (thrown: unknown) => thrown instanceof GatewayError && thrown.code === "upstream_protocol_error",
  );
});

test("characters are looked for in the text, and may be anywhere in a value that was never written", () => {
  const payload = Payload.ofText(Buffer.from('{"resultType":"complete"}'));
  assert.ok(payload.mayContain('"resultType"'));
  assert.ok(!payload.mayContain('"_meta"'));
  assert.ok(Payload.of({}).mayContain('"_meta"'));
});

test("a text in parts is what they are together, and is held in parts until somebody wants it as one", () => {
  const inner = [Buffer.from('{"isError":true,'), Buffer.from('"resultType":"é"}')];
  const parts = (): Payload => Payload.ofParts(Buffer.from('{"a":1,"rows":'), inner, Buffer.from(',"_meta":{}}'));
  const whole = '{"a":1,"rows":{"isError":true,"resultType":"é"},"_meta":{}}';
  assert.equal(parts().text.toString(), whole);
  assert.equal(parts().bytes, Buffer.byteLength(whole));
  assert.deepEqual(parts().value, JSON.parse(whole));
  assert.equal(Buffer.concat(parts().linePieces).toString(), whole);
  assert.equal(parts().linePieces[1], inner[0], "nothing is copied");
  for (const bytes of [0, 1, 14, 20, 33, 1000]) {
    assert.equal(parts().beginning(bytes).toString("latin1"), Buffer.from(whole).toString("latin1", 0, bytes));
  }
  const payload = parts();
  assert.ok(payload.isText);
  assert.deepEqual(payload.text, Buffer.concat(payload.linePieces), "as one it stays what it was");
});

test("of a text in parts only what the object itself has is looked at", () => {
  const payload = Payload.ofParts(Buffer.from('{"a":'), [Buffer.from('{"isError":true}')], Buffer.from(',"_meta":{}}'));
  assert.ok(!payload.mayContain('"isError"'));
  assert.ok(!payload.mayMatch('"isError"', /^"isError":t/));
  assert.ok(payload.mayContain('"_meta"'));
  assert.ok(payload.mayMatch('"_meta"', /^"_meta":\{/));
  assert.ok(payload.endsLike(/,"_meta":\{\}\}$/, 100));
  assert.ok(!payload.endsLike(/true\},"_meta":\{\}\}$/, 100), "what is inside is not shown");
});

test("parts with line breaks become one line", () => {
  const payload = Payload.ofParts(Buffer.from('{"a":'), [Buffer.from("[1,\n2]")], Buffer.from("}"));
  assert.equal(Buffer.concat(payload.linePieces).toString(), '{"a":[1, 2]}');
});
