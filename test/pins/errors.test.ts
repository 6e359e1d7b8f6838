import assert from "node:assert/strict";
import { test } from "node:test";
import { errorTable } from "../../src/core/error-table.ts";
import { verifies } from "../requirements/verifies.ts";

/** What programs on the other side rely on. A change here is a change for them: say so in the changelog. */
const pinned = {
  upstream_disabled: { http: 503, rpc: 50311, retryable: false },
  upstream_isolated: { http: 503, rpc: 50312, retryable: true },
  upstream_misconfigured: { http: 503, rpc: 50314, retryable: false },
  upstream_empty: { http: 503, rpc: 50313, retryable: true },
  upstream_rate_limited: { http: 429, rpc: 42910, retryable: true },
  upstream_unresponsive: { http: 504, rpc: 50410, retryable: true },
  rate_limited: { http: 429, rpc: 42902, retryable: true },
  upstream_busy: { http: 503, rpc: 50315, retryable: true },
  idempotency_conflict: { http: 409, rpc: 40901, retryable: false },
  outcome_unknown: { http: 409, rpc: 40902, retryable: false },
  breaker_open: { http: 503, rpc: 50310, retryable: true },
  parse_error: { http: 400, rpc: -32700, retryable: false },
  invalid_request: { http: 400, rpc: -32600, retryable: false },
  method_not_found: { http: 404, rpc: -32601, retryable: false },
  invalid_params: { http: 400, rpc: -32602, retryable: false },
  internal_error: { http: 500, rpc: -32603, retryable: false },
  header_mismatch: { http: 400, rpc: -32020, retryable: false },
  unsupported_protocol_version: { http: 400, rpc: -32022, retryable: false },
  session_required: { http: 400, rpc: 40001, retryable: false },
  session_not_found: { http: 404, rpc: 40401, retryable: false },
  unauthenticated: { http: 401, rpc: 40101, retryable: false },
  forbidden: { http: 403, rpc: 40303, retryable: false },
  credentials_in_url: { http: 400, rpc: 40004, retryable: false },
  too_many_guesses: { http: 429, rpc: 42901, retryable: true },
  auth_unavailable: { http: 503, rpc: 50308, retryable: true },
  forbidden_origin: { http: 403, rpc: 40301, retryable: false },
  forbidden_host: { http: 403, rpc: 40302, retryable: false },
  route_not_found: { http: 404, rpc: 40402, retryable: false },
  method_not_allowed: { http: 405, rpc: 40501, retryable: false },
  not_acceptable: { http: 406, rpc: 40601, retryable: false },
  body_too_large: { http: 413, rpc: 41301, retryable: false },
  unsupported_media_type: { http: 415, rpc: 41501, retryable: false },
  unknown_tool: { http: 404, rpc: -32602, retryable: false },
  invalid_arguments: { http: 400, rpc: -32602, retryable: false },
  unknown_prompt: { http: 404, rpc: -32602, retryable: false },
  resource_not_found: { http: 404, rpc: -32602, retryable: false },
  too_many_sessions: { http: 503, rpc: 50303, retryable: true },
  too_many_parked: { http: 503, rpc: 50305, retryable: true },
  too_many_tasks: { http: 503, rpc: 50306, retryable: true },
  upstream_unavailable: { http: 503, rpc: 50301, retryable: true },
  upstream_disconnected: { http: 502, rpc: 50201, retryable: false },
  upstream_protocol_error: { http: 502, rpc: 50202, retryable: false },
  upstream_error: { http: 502, rpc: 50208, retryable: false },
  upstream_over_limit: { http: 502, rpc: 50206, retryable: false },
  upstream_refused_credentials: { http: 502, rpc: 50203, retryable: false },
  login_required: { http: 502, rpc: 50204, retryable: false },
  login_failed: { http: 502, rpc: 50205, retryable: false },
  definition_quarantined: { http: 403, rpc: 40310, retryable: false },
  store_unavailable: { http: 500, rpc: 50010, retryable: false },
  logins_unreadable: { http: 500, rpc: 50004, retryable: false },
  caller_declined: { http: 400, rpc: 40003, retryable: false },
  deadline_exceeded: { http: 504, rpc: 50401, retryable: true },
  cancelled: { http: 499, rpc: 49901, retryable: false },
  shutting_down: { http: 503, rpc: 50304, retryable: true },
  invalid_config: { http: 500, rpc: 50001, retryable: false },
  unsafe_listen: { http: 500, rpc: 50002, retryable: false },
  address_in_use: { http: 500, rpc: 50003, retryable: true },
  invalid_operations: { http: 400, rpc: 40005, retryable: false },
  job_not_found: { http: 404, rpc: 40403, retryable: false },
  job_conflict: { http: 409, rpc: 40903, retryable: false },
  too_many_jobs: { http: 503, rpc: 50316, retryable: true },
  usage: { http: 400, rpc: 40002, retryable: false },
};

test("the errors are these, and each looks the same on the wire as before", () => {
  verifies("base.error-members");
  const found = Object.fromEntries(
    Object.entries(errorTable).map(([code, { http, rpc, retryable }]) => [code, { http, rpc, retryable }]),
  );
  assert.deepEqual(found, pinned);
});
