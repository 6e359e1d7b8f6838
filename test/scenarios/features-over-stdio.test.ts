import assert from "node:assert/strict";
import { before, test } from "node:test";
import { clients } from "../rig/clients.ts";
import { type Downstream, seesToolsOf } from "../rig/downstream.ts";
import { fixtures, serverLacks, startFixtures } from "../rig/fixtures.ts";
import { gatewayProgram } from "../rig/program.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { usesEveryFeature } from "./features.contract.ts";

const rig = fileRig();
const downstreams: Downstream[] = [];

before(async () => {
  const place = gatewayProgram(rig, await startFixtures(rig));
  const connected = await Promise.all(clients.map((kind) => kind.connect(place)));
  for (const downstream of connected) {
    downstreams.push(rig.use(downstream));
    await until(() => seesToolsOf(downstream, fixtures), "the program has connected to every server");
  }
});

for (const [index, { title, revision, lacks }] of clients.entries()) {
  const downstream = (): Downstream => {
    const connected = downstreams[index];
    assert.ok(connected, `${title} is connected`);
    return connected;
  };
  const cancel = lacks.cancelOverStdio ?? lacks.cancel;
  const lacking = { ...lacks, ...(cancel === undefined ? {} : { cancel }) };

  test(`${title} speaks ${revision} with the gateway over stdio`, () => {
    assert.equal(downstream().revision ?? revision, revision);
  });

  for (const upstream of fixtures) {
    const both = { ...lacking, ...serverLacks[upstream] };
    usesEveryFeature({ title: `${title} over stdio`, upstream, downstream, lacks: both });
  }
}
