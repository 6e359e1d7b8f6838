import assert from "node:assert/strict";
import { test } from "node:test";
import { checkIssuer } from "./issuer.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const issuer = "https://auth.example.com";

test("an answer is taken with the issuer that the login began at, and without one where none was promised", () => {
  verifies("auth.issuer-recorded");
  checkIssuer(issuer, { issuer, sendsIss: true });
  checkIssuer(issuer, { issuer, sendsIss: false });
  checkIssuer(undefined, { issuer, sendsIss: false });
});

test("an issuer that is promised and missing, or another one in a single character, is refused without being shown", () => {
  verifies("auth.issuer-exact", "auth.issuer-errors");
  const others = [
    "https://evil.example.com",
    `${issuer}/`,
    "https://AUTH.example.com",
    "https://auth.example.com:443",
    "",
  ];
  for (const [iss, sendsIss] of [
    [undefined, true],
    ...others.flatMap((other) => [[other, true] as const, [other, false] as const]),
  ] as const) {
    assert.throws(
      () => {
        checkIssuer(iss, { issuer, sendsIss });
      },
      (thrown) => {
        const { code, message } = Object(thrown);
        assert.equal(code, "login_failed");
        assert.ok(!String(message).includes("evil"));
        return true;
      },
      String(iss),
    );
  }
});
