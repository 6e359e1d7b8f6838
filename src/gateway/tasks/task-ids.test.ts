import assert from "node:assert/strict";
import { test } from "node:test";
import { type Principal, localPrincipal } from "../../access/principal.ts";
import { TaskIds } from "./task-ids.ts";

const ids = new TaskIds(Buffer.alloc(32, 7));
const ada: Principal = { ...localPrincipal, id: "key ada", kind: "key" };
const bob: Principal = { ...localPrincipal, id: "key bob", kind: "key" };

test("an id of a task is good for whom it was given to, and nobody else", () => {
  const id = ids.exposed(ada, "up", "t~1");
  assert.deepEqual(ids.own(ada, id), { upstream: "up", name: "t~1" });
  assert.equal(ids.own(bob, id), undefined);
  assert.equal(new TaskIds(Buffer.alloc(32, 8)).own(ada, id), undefined, "nor at a gateway with another key");
});

test("what was not given as an id is none", () => {
  const id = ids.exposed(ada, "up", "t");
  for (const wrong of [id.slice(0, -1), `${id}A`, id.replace("up", "uq"), "up__t~", "up__t", "", "~"]) {
    assert.equal(ids.own(ada, wrong), undefined, wrong);
  }
});

test("where nobody is told apart, ids say whose the tasks are and no more", () => {
  assert.equal(ids.exposed(localPrincipal, "up", "t~1"), "up__t~1");
  assert.deepEqual(ids.own(localPrincipal, "up__t~1"), { upstream: "up", name: "t~1" });
});
