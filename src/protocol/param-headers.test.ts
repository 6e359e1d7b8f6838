import assert from "node:assert/strict";
import { test } from "node:test";
import { paramHeaderProblem, paramHeaderValues, paramHeadersOf } from "./param-headers.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const schema = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    deep: { type: "object", properties: { level: { type: "integer", "x-mcp-header": "Level" } } },
    dry: { type: "boolean", "x-mcp-header": "Dry" },
    query: { type: "string" },
  },
};

function headersOf(inputSchema: unknown) {
  const found = paramHeadersOf(inputSchema);
  assert.equal(found.kind, "valid", JSON.stringify(found));
  return found.kind === "valid" ? found.headers : [];
}

test("annotated arguments travel in headers, encoded where they must be, and absent ones do not", () => {
  verifies("x-mcp-header.repeated", "x-mcp-header.absent", "x-mcp-header.encoded");
  const headers = headersOf(schema);
  const values = paramHeaderValues(headers, {
    arguments: { region: "Köln", deep: { level: 7 }, dry: false, query: "x" },
  });
  assert.deepEqual(values, {
    "mcp-param-region": "=?base64?S8O2bG4=?=",
    "mcp-param-level": "7",
    "mcp-param-dry": "false",
  });
  assert.deepEqual(paramHeaderValues(headers, { arguments: { region: null } }), {});
  assert.deepEqual(paramHeaderValues(headers, {}), {});
  assert.deepEqual(headersOf({ type: "object" }), []);
});

test("a schema whose annotation names no header, names one twice or stands where no argument can be told is invalid", () => {
  verifies("x-mcp-header.name", "x-mcp-header.unique", "x-mcp-header.primitive", "x-mcp-header.reachable");
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ properties: { a: { type: "string", "x-mcp-header": "" } } }, /no header name/],
    [{ properties: { a: { type: "string", "x-mcp-header": "a b" } } }, /no header name/],
    [{ properties: { a: { type: "string", "x-mcp-header": "a\r\nb" } } }, /no header name/],
    [{ properties: { a: { type: "string", "x-mcp-header": 7 } } }, /no header name/],
    [{ properties: { a: { type: "number", "x-mcp-header": "A" } } }, /not at a string, integer or boolean/],
    [{ properties: { a: { type: "object", "x-mcp-header": "A" } } }, /not at a string, integer or boolean/],
    [{ "x-mcp-header": "A" }, /at the root/],
    [
      { properties: { a: { type: "string", "x-mcp-header": "A" }, b: { type: "string", "x-mcp-header": "a" } } },
      /names mcp-param-a twice/,
    ],
    [{ properties: { a: { items: { type: "string", "x-mcp-header": "A" } } } }, /inside "items"/],
    [{ anyOf: [{ properties: { a: { type: "string", "x-mcp-header": "A" } } }] }, /inside "anyOf"/],
    [{ $defs: { a: { type: "string", "x-mcp-header": "A" } } }, /inside "\$defs"/],
  ];
  for (const [inputSchema, reason] of cases) {
    const found = paramHeadersOf(inputSchema);
    assert.match(found.kind === "invalid" ? found.reason : "valid", reason);
  }
});

test("headers must say what the body says, integers as numbers, and none may be missing or too many", () => {
  verifies("x-mcp-header.validated", "x-mcp-header.integers");
  const headers = headersOf(schema);
  const params = { arguments: { region: "Köln", deep: { level: 42 } } };
  const good = { "mcp-param-region": "=?base64?S8O2bG4=?=", "mcp-param-level": "42.0" };
  assert.equal(paramHeaderProblem(headers, params, good), undefined);
  assert.match(
    paramHeaderProblem(headers, params, { "mcp-param-level": "42" }) ?? "",
    /mcp-param-region header is missing/,
  );
  assert.match(
    paramHeaderProblem(headers, params, { ...good, "mcp-param-dry": "true" }) ?? "",
    /no argument in the body/,
  );
  assert.match(paramHeaderProblem(headers, params, { ...good, "mcp-param-level": "43" }) ?? "", /does not say/);
  assert.match(
    paramHeaderProblem(headers, params, { ...good, "mcp-param-region": "=?base64?!?=" }) ?? "",
    /not properly/,
  );
});
