import assert from "node:assert/strict";
import { before, test } from "node:test";
import { clients } from "../rig/clients.ts";
import type { Downstream } from "../rig/downstream.ts";
import { fixtures, revisionOf, serverLacks, startFixtures } from "../rig/fixtures.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { usesEveryFeature } from "./features.contract.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();
const downstreams: Downstream[] = [];
let front: Front;

before(async () => {
  front = await rig.gateway(await startFixtures(rig));
  for (const kind of clients) downstreams.push(rig.use(await kind.connect({ kind: "http", url: front.url })));
});

test("each upstream is spoken to in the newest revision that it knows", () => {
  verifies("version.older-revisions");
  const spoken = front.switchyard.status().upstreams.map(({ name, revision }) => [name, revision]);
  assert.deepEqual(Object.fromEntries(spoken), revisionOf);
});

for (const [index, { title, revision, lacks }] of clients.entries()) {
  const downstream = (): Downstream => {
    const connected = downstreams[index];
    assert.ok(connected, `${title} is connected`);
    return connected;
  };

  test(`${title} speaks ${revision} with the gateway over HTTP`, () => {
    verifies("version.dual-era-server");
    assert.equal(downstream().revision, revision);
  });

  for (const upstream of fixtures) {
    const both = { ...lacks, ...serverLacks[upstream] };
    usesEveryFeature({ title: `${title} over HTTP`, upstream, downstream, lacks: both });
  }
}
