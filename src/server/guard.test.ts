import assert from "node:assert/strict";
import { test } from "node:test";
import { Guard, checkListen, isLoopback } from "./guard.ts";
import { listenDefaults } from "./listen-options.ts";
import { verifies } from "../../test/requirements/verifies.ts";

for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) {
  test(`${host} can be reached from this machine only, so the gateway listens there`, () => {
    assert.ok(isLoopback(host));
    checkListen({ ...listenDefaults, host }, false);
  });
}

for (const host of [
  "0.0.0.0",
  "::",
  "192.168.1.2",
  "example.com",
  "localhost.example.com",
  "127.0.0.1.example.com",
  "",
  "127.1",
]) {
  test(`${JSON.stringify(host)} may be reached by others, so the gateway does not listen there`, () => {
    verifies("http.loopback", "http.authentication");
    assert.ok(!isLoopback(host));
    assert.throws(
      () => {
        checkListen({ ...listenDefaults, host }, false);
      },
      {
        code: "unsafe_listen",
        message: `listen.host is ${JSON.stringify(host)}, which others can reach, and nothing would ask them who they are`,
        data: { host },
      },
    );
  });
}

const plain = new Guard(listenDefaults);
const named = new Guard({
  host: "::1",
  allowedHosts: ["Gateway.example.com"],
  allowedOrigins: ["https://App.example.com", "https://app.example.com:8443"],
});

const goodHosts: readonly (readonly [Guard, string])[] = [
  [plain, "127.0.0.1"],
  [plain, "127.0.0.1:8001"],
  [plain, "localhost:65535"],
  [plain, "LocalHost:8001"],
  [plain, "[::1]:8001"],
  [plain, "[::1]"],
  [named, "gateway.example.com"],
  [named, "GATEWAY.EXAMPLE.COM:443"],
];

for (const [guard, host] of goodHosts) {
  test(`a request to the host ${host} is let in, also the second time`, () => {
    guard.check(host, undefined);
    guard.check(host, undefined);
  });
}

for (const host of [
  undefined,
  "",
  "evil.example.com",
  "evil.example.com:8001",
  "localhost.evil.example.com",
  "127.0.0.1.evil.example.com",
  "localhost:8001:8001",
  "127.0.0.2",
  "[::1",
  "::1",
  "localhost.",
]) {
  test(`a request to the host ${host} is kept out`, () => {
    verifies("http.host");
    assert.throws(
      () => {
        plain.check(host, undefined);
      },
      { code: "forbidden_host" },
    );
  });
}

const goodOrigins: readonly (readonly [Guard, string])[] = [
  [plain, "http://localhost"],
  [plain, "http://localhost:3000"],
  [plain, "https://127.0.0.1:8443"],
  [plain, "http://[::1]:3000"],
  [named, "https://app.example.com"],
  [named, "HTTPS://APP.EXAMPLE.COM"],
  [named, "https://app.example.com:8443"],
];

for (const [guard, origin] of goodOrigins) {
  test(`a web page of ${origin} may call`, () => {
    guard.check("localhost:8001", origin);
  });
}

for (const origin of [
  "",
  "null",
  "https://evil.example.com",
  "http://localhost.evil.example.com",
  "http://localhost@evil.example.com",
  "https://app.example.com:9999",
  "http://app.example.com",
  "file://",
  "localhost",
]) {
  test(`a web page of ${JSON.stringify(origin)} may not call`, () => {
    verifies("http.origin");
    assert.throws(
      () => {
        named.check("localhost:8001", origin);
      },
      { code: "forbidden_origin" },
    );
  });
}

test("hosts that were found good are remembered in a bounded number, and are let in beyond it too", () => {
  const guard = new Guard(listenDefaults);
  for (let port = 1; port < 1000; port += 1) guard.check(`localhost:${port}`, undefined);
  guard.check("localhost:999", undefined);
});

test("what is shown of a forbidden host or origin is cut short", () => {
  assert.throws(
    () => {
      plain.check("x".repeat(5000), undefined);
    },
    { message: `The gateway is not known as ${JSON.stringify("x".repeat(100))}` },
  );
});
