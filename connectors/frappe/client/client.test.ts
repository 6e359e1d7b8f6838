import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { contract } from "../../../test/rig/contracts.ts";
import { failureOf } from "./classify.ts";
import { isJsonObject } from "./json.ts";
import { plainText } from "./plain-text.ts";
import { momentOf, siteTimeOf } from "./site-time.ts";

/** Failures that were recorded of real sites, by what they mean. The names of exchanges are the recordings'. */
const recorded = {
  authentication_failed: "login-bad token-bad-secret token-unknown-key token-malformed bearer-bad basic-user-password",
  session_token_missing: "cookie-post-wrong-csrf cookie-post-no-csrf-after-app",
  permission_denied:
    "guest-list clerk-list-forbidden clerk-read-forbidden clerk-create-forbidden clerk-update-forbidden clerk-delete-forbidden clerk-report-forbidden clerk-generate-keys-forbidden download-private-guest v2-forbidden v2-guest",
  method_refused:
    "guest-logged-user method-wrong-verb run-method-get run-method-not-whitelisted run-doc-method v2-doc-method run-method-post",
  not_found:
    "read-missing update-missing delete-again client-rename v2-read-missing v2-copy unknown-path v2-unknown-path patch-not-v1",
  report_unknown: "report-run-missing",
  doctype_unknown: "unknown-doctype-list unknown-doctype-read getdoctype-missing v2-unknown-doctype",
  field_unknown: "list-bad-field list-bad-filter-field v2-bad-field",
  query_invalid: "list-bad-operator list-bad-json-filters list-bad-order-by create-invalid-json",
  modified_meanwhile: "update-stale-modified client-save",
  value_invalid: "update-bad-select create-bad-date journal-entry-unbalanced",
  link_invalid: "update-bad-link",
  value_missing:
    "create-missing-mandatory order-create-child-missing client-insert-many-one-bad v2-create-mandatory report|missing|company|filter",
  duplicate: "create-duplicate order-create-duplicate-unique",
  still_linked: "delete-linked",
  state_conflict: "order-change-after-submit order-delete-submitted order-change-cancelled",
  method_unknown: "unknown-method not-whitelisted",
  argument_missing: "method-missing-arg",
};

const expected = new Map(
  Object.entries(recorded).flatMap(([code, ids]) =>
    ids.split(" ").map((id) => [id.replaceAll("|", " "), code] as const),
  ),
);

for (const name of ["frappe-15.44.2", "frappe-14.81.4", "erpnext-14.67.2"]) {
  const found = contract(`backends/recordings/${name}.json`);
  const skip = found.state === "missing" ? found.why : false;
  test(
    `every failure that ${name} was recorded with is told for what it is, and none is worth sending again`,
    { skip },
    () => {
      if (found.state === "missing") return;
      const exchanges: unknown = JSON.parse(readFileSync(found.path, "utf8"));
      assert.ok(Array.isArray(exchanges));
      let failures = 0;
      for (const { id, response } of exchanges) {
        // A page of a version that v14 does not have, and a file that is refused as a page, are told by their status.
        if (response.status < 400 || (name === "frappe-14.81.4" && id.startsWith("v2-"))) continue;
        const body = isJsonObject(response.body) ? response.body : undefined;
        const refusal = { status: response.status, headers: {}, body, text: String(response.text ?? "") };
        const failure = failureOf(refusal, `asking ${id}`, 0);
        assert.equal(failure.code, expected.get(id), `${id}: ${failure.message}`);
        assert.equal(failure.mayPass, false, `${id} is not worth another attempt`);
        assert.ok(failure.message.endsWith(failure.suggestion) && failure.suggestion.length > 20, failure.message);
        assert.doesNotMatch(failure.message, /<\/?(?:strong|a|br|details)|Traceback|__frappe_exc_id/, id);
        failures += 1;
      }
      assert.ok(failures >= (name.startsWith("erpnext") ? 2 : 45), `${failures} failures were looked at`);
    },
  );
}

test("a page of a proxy is no answer of a site, and a limit says when to ask again", () => {
  const page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
  const down = failureOf({ status: 502, headers: {}, body: undefined, text: page }, "GET ToDo", 0);
  assert.equal(down.code, "unavailable");
  assert.match(down.message, /^GET ToDo: HTTP 502: 502 Bad Gateway\./);
  const missing = failureOf({ status: 404, headers: {}, body: undefined, text: "<h1>No</h1>" }, "GET ToDo", 0);
  assert.equal(missing.code, "not_frappe");
  const limited = failureOf(
    { status: 429, headers: { "retry-after": "7" }, body: { exc_type: "TooManyRequestsError" }, text: "" },
    "GET ToDo",
    0,
  );
  assert.equal(limited.code, "too_many_requests");
  assert.equal(limited.retryAfterMs, 7000);
  assert.equal(limited.isUnseen, true);
});

test("HTML is told as a person reads it", () => {
  const html =
    'Role <a href="/app/x">System&nbsp;Manager</a> &amp; <strong>a &lt; b</strong><br>next<script>x()</script> &#8364;&bogus;';
  assert.equal(plainText(html), "Role System Manager & a < b next €&bogus;");
});

test("a site's time is a moment in its zone, also where the clocks change, and the other way round", () => {
  assert.equal(momentOf("2026-11-23 09:30:37.937339", "Asia/Kolkata"), "2026-11-23T09:30:37.937339+05:30");
  assert.equal(momentOf("2026-03-29 01:59:59", "Europe/Berlin"), "2026-03-29T01:59:59+01:00");
  assert.equal(momentOf("2026-03-29 03:00:00", "Europe/Berlin"), "2026-03-29T03:00:00+02:00");
  assert.equal(momentOf("2026-07-01 12:00:00", "America/New_York"), "2026-07-01T12:00:00-04:00");
  assert.equal(momentOf("31-31-2026", "UTC"), undefined);
  assert.equal(siteTimeOf("2026-11-23T04:00:37.937339Z", "Asia/Kolkata"), "2026-11-23 09:30:37.937339");
  assert.equal(siteTimeOf("2026-11-23", "Asia/Kolkata"), "2026-11-23");
  assert.equal(siteTimeOf("next week", "Asia/Kolkata"), undefined);
});
