import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromptStore, PromptUse } from "./prompt-store.ts";
import type { Template, TemplateVersion, VersionHead } from "./template.ts";

/** A store under test. `settle` makes what was noted so far readable by whoever opens it next. */
export interface PromptStoreUnderTest {
  readonly store: PromptStore;
  readonly settle: () => PromptStore;
}

function templateOf(name: string, more: Partial<Template> = {}): Template {
  return { name, status: { kind: "draft" }, latest: 1, revision: 1, createdAt: 1000, changedAt: 1000, ...more };
}

function versionOf(number: number, more: Partial<TemplateVersion> = {}): TemplateVersion {
  const messages = [{ role: "user", text: `Ünd {{a}}, version ${number}` }] as const;
  return {
    number,
    at: 1000 + number,
    by: "key a1",
    content: { tags: [], arguments: [{ name: "a", required: true }], messages },
    ...more,
  };
}

function headOf(number: number): VersionHead {
  const { content: _, ...head } = versionOf(number);
  return head;
}

function useOf(more: Partial<PromptUse> = {}): PromptUse {
  return { upstream: "prompts", prompt: "brief", version: "1", day: "1970-01-01", count: 1, lastAt: 5000, ...more };
}

/** What every store of prompts must do. */
export function testPromptStore(name: string, open: () => PromptStoreUnderTest): void {
  test(`${name}: a template is there as it was put, with its last version and the one that is offered`, () => {
    const { store, settle } = open();
    assert.deepEqual(store.all(), []);
    const first = templateOf("brief", {
      role: "operator",
      origin: { upstream: "erp", prompt: "x", version: "3", at: 7 },
    });
    assert.equal(store.put({ template: first, version: versionOf(1, { note: "begun" }) }), true);
    const second = { ...first, status: { kind: "published", version: 1 }, latest: 2, revision: 2 } as const;
    assert.equal(store.put({ template: second, version: versionOf(2) }), true);
    store.put({ template: templateOf("another"), version: versionOf(1) });
    const expected = [
      { template: templateOf("another"), last: versionOf(1), offered: undefined },
      { template: second, last: versionOf(2), offered: versionOf(1, { note: "begun" }) },
    ];
    assert.deepEqual(store.all(), expected);
    assert.deepEqual(settle().all(), expected);
  });

  test(`${name}: versions are kept, the latest first, until they are forgotten`, () => {
    const { store, settle } = open();
    for (const number of [1, 2, 3]) {
      store.put({ template: templateOf("brief", { latest: number, revision: number }), version: versionOf(number) });
    }
    assert.deepEqual(store.versions("brief"), [headOf(3), headOf(2), headOf(1)]);
    assert.deepEqual(store.version("brief", 2), versionOf(2));
    store.put({ template: templateOf("brief", { latest: 4, revision: 4 }), version: versionOf(4), forgotten: [1, 2] });
    assert.deepEqual(store.versions("nothing"), []);
    assert.deepEqual(settle().versions("brief"), [headOf(4), headOf(3)]);
    assert.equal(settle().version("brief", 2), undefined);
  });

  test(`${name}: of two changes of one revision the second changes nothing`, () => {
    const { store } = open();
    const template = templateOf("brief");
    assert.equal(store.put({ template, version: versionOf(1) }), true);
    assert.equal(
      store.put({ template: { ...template, role: "admin" }, version: versionOf(1, { by: "other" }) }),
      false,
    );
    const next = { ...template, latest: 2, revision: 2 };
    assert.equal(store.put({ template: next, version: versionOf(2) }), true);
    assert.equal(store.put({ template: { ...next, role: "admin" }, version: versionOf(2, { by: "other" }) }), false);
    assert.deepEqual(store.all(), [{ template: next, last: versionOf(2), offered: undefined }]);
    assert.deepEqual(store.versions("brief"), [headOf(2), headOf(1)]);
  });

  test(`${name}: a removed template is gone with its versions, once`, () => {
    const { store, settle } = open();
    store.put({ template: templateOf("brief"), version: versionOf(1) });
    assert.equal(store.remove("brief"), true);
    assert.equal(store.remove("brief"), false);
    assert.deepEqual(store.versions("brief"), []);
    assert.deepEqual(settle().all(), []);
  });

  test(`${name}: of what is noted of one day and version the latest counts`, () => {
    const { store, settle } = open();
    store.used(useOf());
    store.used(useOf({ count: 2, lastAt: 6000 }));
    store.used(useOf({ version: "2" }));
    store.used(useOf({ upstream: "erp", prompt: "sales", version: "", day: "1970-01-02" }));
    store.used(useOf({ day: "1970-01-02", count: 5, lastAt: 5500 }));
    const { versions, days } = settle().uses("1970-01-02");
    const [brief, sales] = [
      { upstream: "prompts", prompt: "brief" },
      { upstream: "erp", prompt: "sales" },
    ];
    assert.deepEqual(
      versions.toSorted((a, b) => a.version.localeCompare(b.version)),
      [
        { ...sales, version: "", count: 1, lastAt: 5000 },
        { ...brief, version: "1", count: 7, lastAt: 6000 },
        { ...brief, version: "2", count: 1, lastAt: 5000 },
      ],
    );
    assert.deepEqual(
      days.toSorted((a, b) => a.count - b.count),
      [
        { ...sales, day: "1970-01-02", count: 1 },
        { ...brief, day: "1970-01-02", count: 5 },
      ],
    );
  });

  test(`${name}: what it changed itself is no news to it`, () => {
    const { store } = open();
    store.hasChanged();
    store.put({ template: templateOf("brief"), version: versionOf(1) });
    assert.equal(store.hasChanged(), false);
  });
}
