import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { guardedLookup, hostProblem } from "./forbidden-address.ts";

test("link-local addresses and those of clouds' metadata are refused, as literals in any spelling that a URL has", () => {
  for (const host of [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "[fe80::1]",
    "[::ffff:169.254.169.254]",
    "[FD00:EC2::254]",
    "100.100.100.200",
  ]) {
    assert.equal(hostProblem(new URL(`http://${host}/`).hostname)?.code, "upstream_misconfigured", host);
  }
  for (const host of ["127.0.0.1", "10.0.0.1", "[::1]", "example.com", "169.254.169.254.example.com"]) {
    assert.equal(hostProblem(new URL(`http://${host}/`).hostname), undefined, host);
  }
});

function lookedUp(hostname: string, all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    guardedLookup(hostname, { all }, (error, address) => {
      if (error === null) resolve(address);
      else reject(error);
    });
  });
}

test("a name is refused by what it leads to when it is looked up", async () => {
  for (const all of [true, false]) {
    await assert.rejects(lookedUp("169.254.1.1", all), (thrown) => thrown instanceof GatewayError);
    assert.match(JSON.stringify(await lookedUp("localhost", all)), /127\.0\.0\.1|::1/);
  }
  await assert.rejects(lookedUp("no-such-host.invalid", true), { code: /ENOTFOUND|EAI_AGAIN/ });
});
