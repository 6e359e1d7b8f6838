import assert from "node:assert/strict";
import { test } from "node:test";
import { findingTable } from "../../src/cli/doctor/finding.ts";

/** What scripts that read `switchyard doctor --json` rely on. A change here is a change for them: say so in the changelog. */
const pinned = {
  node_supported: "ok",
  config_valid: "ok",
  config_missing: "warning",
  config_invalid: "error",
  variable_unset: "error",
  port_free: "ok",
  gateway_running: "ok",
  port_in_use: "error",
  listen_impossible: "error",
  gateway_silent: "warning",
  gateway_note_stale: "warning, fixable",
  data_dir_usable: "ok",
  data_dir_missing: "ok, fixable",
  data_dir_unusable: "error",
  disk_low: "warning",
  secrets_exposed: "warning, fixable",
  command_found: "ok",
  command_missing: "error",
  folder_missing: "error",
  address_reachable: "ok",
  address_unresolvable: "error",
  address_unreachable: "error",
  address_untrusted: "error",
  clock_skewed: "warning",
  upstream_ready: "ok",
  upstream_starting: "warning",
  upstream_down: "error",
  login_needed: "warning",
  credentials_refused: "error",
  logins_unreadable: "error",
};

test("the findings of doctor are these, and each is as bad as before", () => {
  const found = Object.entries(findingTable).map(([code, { severity, isFixable }]) => {
    return [code, isFixable ? `${severity}, fixable` : severity];
  });
  assert.deepEqual(Object.fromEntries(found), pinned);
});
