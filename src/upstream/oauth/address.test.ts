import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../core/manual-clock.ts";
import { safeUrl } from "./address.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const far = new URL("https://mcp.example.com/mcp");
const near = new URL("http://localhost:3000/mcp");

test("https leads anywhere, http only from this machine to itself", () => {
  verifies("auth.https");
  for (const url of ["https://auth.example.com/x", "https://10.0.0.5/"]) assert.ok(safeUrl(url, far), url);
  for (const url of ["http://localhost:4000/", "http://127.0.0.1/", "http://[::1]:1/", "https://as.localhost/"]) {
    assert.ok(safeUrl(url, near), url);
    assert.equal(safeUrl(url, far), undefined, url);
  }
});

test("an address that others could read along, that is no address, or that carries a password is not followed", () => {
  verifies("auth.https");
  const unsafe = [
    "http://auth.example.com/",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1.example.com/",
    "http://127.example.com/",
    "ftp://localhost/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user:password@auth.example.com/",
    "no address",
  ];
  for (const url of unsafe) {
    assert.equal(safeUrl(url, far), undefined, url);
    assert.equal(safeUrl(url, near), undefined, url);
  }
});

test("a fetch that would lead to an unsafe address says so and sends nothing", async () => {
  const fetchFn = guardedFetch({ upstream: far, clock: new ManualClock(), signal: new AbortController().signal });
  await assert.rejects(fetchFn("http://127.0.0.1:9/token?secret=1"), {
    code: "upstream_protocol_error",
    message: "The login leads to http://127.0.0.1:9, which must not be called: only https is safe",
  });
});
