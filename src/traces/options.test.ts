import assert from "node:assert/strict";
import { test } from "node:test";
import { tracingFromEnv } from "./options.ts";

test("the usual variables name the receiver, the narrower first; without them, or where they say so, there is none", () => {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318/" };
  const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://x.example/in" };
  assert.deepEqual(tracingFromEnv(all), { endpoint: "http://127.0.0.1:4318/v1/traces" });
  assert.deepEqual(tracingFromEnv({ ...all, ...traces }), { endpoint: "https://x.example/in" });
  for (const off of [{}, { ...all, OTEL_SDK_DISABLED: "TRUE" }, { ...traces, OTEL_TRACES_EXPORTER: "none" }]) {
    assert.equal(tracingFromEnv(off), undefined);
  }
  assert.throws(() => tracingFromEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }), {
    code: "invalid_config",
    message: "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address",
  });
});
