import assert from "node:assert/strict";
import { test } from "node:test";
import { factSamples } from "../../test/rig/facts.ts";
import { liveStand, principalOf } from "../../test/rig/live-stand.ts";
import { GatewayError } from "../core/errors.ts";
import type { Fact } from "../events/fact.ts";
import { type Topic, topicNames } from "./topic.ts";
import { topicsFor, wishIn } from "./wish.ts";

/** What somebody is told who watches this topic and no other while one fact of every type happens. */
function toldOf(topic: Topic, who: ReturnType<typeof principalOf>): string {
  const stand = liveStand();
  const { sink } = stand.watch(who, [topic]);
  for (const fact of Object.values<Fact>(factSamples)) {
    stand.log.append(fact);
    stand.clock.advance(1000);
  }
  stand.hub.close();
  return sink.told.map(({ type, data }) => `${String(type)} ${Object.keys(data ?? {}).join(",")}`).join("\n");
}

const operator = principalOf("operator");
/** May use `a`, and made the calls and jobs. */
const owner = { ...principalOf("user", "a"), id: "user a" };
/** May read `a`; the calls and jobs are another's. */
const viewer = principalOf("viewer", "a");
const stranger = principalOf("user");

const common = {
  status: "mcp_status_change upstream,oldStatus,newStatus,severity,since,attempts,stage,code,nextTryAt",
  breakers: Array.from({ length: 4 }, () => "circuit_breaker_state upstream,newState,failureCycles").join("\n"),
  definitions: Array.from({ length: 4 }, () => "definition_change upstream,change,list,name,isQuarantined").join("\n"),
  call: "call_ended call,method,upstream,tool,entrance,outcome,code,durationMs,cache,attempts",
  lagged: "call_lagged upstream,tool,elapsedMs,timeoutMs",
  job: "job,status,percent,step,total,message",
};

const jobs = (more: string): string =>
  [
    `job_started ${common.job}${more}`,
    `job_progress ${common.job},perSecond,remainingMs${more}`,
    `job_completed ${common.job}${more}`,
    `job_failed ${common.job},code${more}`,
    `job_cancelled ${common.job}${more}`,
    `schedule_update schedule,change,dueAt,job${more}`,
    `schedule_update schedule,change,dueAt,reason${more}`,
    `schedule_update schedule,change,dueAt,reason,code${more}`,
    `schedule_update schedule,change${more}`,
  ].join("\n");

const entities = ["", "", ",says"].map((more) => `entity_change upstream,change,uri${more}`).join("\n");
const summary = "status_update systemStatus,upstreams,ready,uptimeMs";

const expected: Readonly<Record<Topic, Readonly<Record<"operator" | "owner" | "viewer" | "stranger", string>>>> = {
  upstreams: {
    operator: `${common.status},reason,suggestion\n${common.breakers}\n${common.definitions}`,
    owner: `${common.status}\n${common.breakers}`,
    viewer: `${common.status}\n${common.breakers}`,
    stranger: "",
  },
  calls: {
    operator: `${common.call},principal\n${common.lagged}`,
    owner: `${common.call}\n${common.lagged}`,
    viewer: `${common.call}\n${common.lagged}`,
    stranger: "",
  },
  jobs: { operator: jobs(",owner"), owner: jobs(""), viewer: "", stranger: "" },
  calculations: {
    operator:
      "calculation_failed call,upstream,tool,durationMs,code,principal\ncalculation_progress call,upstream,tool,progress,total,principal",
    owner:
      "calculation_failed call,upstream,tool,durationMs,code\ncalculation_progress call,upstream,tool,progress,total",
    viewer: "",
    stranger: "",
  },
  // What an upstream says to nobody in particular, those hear who may use all of it.
  entities: { operator: entities, owner: entities, viewer: "", stranger: "" },
  status: {
    operator: [
      "operator_action upstream,operation,principal,about",
      "config_change by,isTemporary,added,changed,removed,enabled,disabled,isCatalogChanged,isWatchChanged",
      "validation_error by,upstream,errors",
      "validation_error by,errors",
      "system_metrics cpuPercent,residentBytes,heapBytes,busyRatio,callsUnderWay,watchers",
      summary,
    ].join("\n"),
    owner: summary,
    viewer: summary,
    stranger: summary,
  },
  alerts: {
    operator:
      "mcp_auto_disabled upstream,severity,reason\nsystem_alert level,message,alert,state,upstream,tool\nsystem_alert level,message,alert,state,by\nsystem_alert level,message,alert,state,upstream\nhealth_event upstream,message,calls\nsystem_alert level,code,message\nsystem_alert level,message",
    owner: "",
    viewer: "",
    stranger: "",
  },
  cache: { operator: "cache_update upstream,tool,hits,misses,bytes,savedMs", owner: "", viewer: "", stranger: "" },
};

for (const topic of topicNames) {
  test(`what of ${topic} each role is told: which messages, with which members`, () => {
    assert.equal(toldOf(topic, operator), expected[topic].operator);
    assert.equal(toldOf(topic, principalOf("admin")), expected[topic].operator);
    assert.equal(toldOf(topic, owner), expected[topic].owner);
    assert.equal(toldOf(topic, viewer), expected[topic].viewer);
    assert.equal(toldOf(topic, stranger), expected[topic].stranger);
  });
}

test("alerts and the cache can be watched by operators alone", () => {
  assert.deepEqual(topicsFor(operator), topicNames);
  for (const who of [owner, viewer, stranger]) {
    assert.deepEqual(
      topicsFor(who),
      topicNames.filter((topic) => topic !== "alerts" && topic !== "cache"),
    );
    for (const topics of [["alerts"], "cache"]) {
      assert.throws(
        () => wishIn({ topics }, who),
        (thrown) => thrown instanceof GatewayError && thrown.code === "forbidden",
      );
    }
  }
});
