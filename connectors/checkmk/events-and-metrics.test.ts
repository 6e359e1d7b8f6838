import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { loginTo, openCheckmk } from "../../test/rig/open-checkmk.ts";
import { connector } from "./connector.ts";
import type { Spoil } from "./simulator/rest/server.ts";
import { startSimulator } from "./simulator/simulator.ts";

const { simulator, call } = await openCheckmk({ hosts: 30 });

test("events are found by host, application, words and state, and taken on", async () => {
  const all = await call("search_events", { search_term: "a" });
  assert.equal(all.total_count, 3);
  const critical = await call("get_recent_critical_events", {});
  assert.deepEqual(
    critical.events.map(({ application }: { readonly application: string }) => application),
    ["kernel"],
  );
  const [event] = critical.events;
  const host = { host_name: event.host_name };
  assert.equal((await call("list_host_events", { ...host, state_filter: "critical" })).total_count, 1);
  assert.equal((await call("list_host_events", { ...host, state_filter: "ok" })).total_count, 0);
  assert.equal(
    (await call("search_events", { search_term: "a", state_filter: ["Critical", "WARNING"] })).total_count,
    3,
  );
  assert.equal((await call("search_events", { search_term: "a", state_filter: "Warning" })).total_count, 2);
  assert.equal((await call("list_service_events", { ...host, service_name: "kernel" })).total_count, 1);
  assert.equal(
    (await call("search_events", { search_term: "MEMORY: killed (", host_filter: event.host_name })).total_count,
    0,
  );
  assert.equal((await call("search_events", { search_term: "process 4711 (JAVA)" })).total_count, 1);
  const wish = { event_id: event.event_id, comment: "bought memory", contact: "Ada" };
  assert.deepEqual((await call("acknowledge_event", { ...wish, dry_run: true })).changes.phase, {
    from: "open",
    to: "ack",
  });
  await call("acknowledge_event", wish);
  assert.equal((await call("get_recent_critical_events", {})).total_count, 0);
  assert.deepEqual(simulator.site.events.find(event.event_id)?.contact, "Ada");
  await assert.rejects(
    call("acknowledge_event", { event_id: 4711, comment: "?" }),
    /There is no event 4711; search_events/,
  );
});

test("an event whose number several sites have is taken on at the site that is named", async () => {
  const asked: unknown[] = [];
  const spoil: Spoil = ({ method, path, query, body, reply }) => {
    if (method === "POST") asked.push(Object(body).site_id);
    if (path !== "/domain-types/event_console/collections/all" || query.has("site_id")) return undefined;
    const value = Object(reply.body).value.flatMap((event: { readonly extensions: object }) => [
      event,
      { ...event, extensions: { ...event.extensions, site_id: "branch" } },
    ]);
    return { ...reply, body: { ...Object(reply.body), value } };
  };
  await using two = await startSimulator({ hosts: 5, problems: 0, nowMs: () => Date.now(), spoil });
  await using both = await openConnector(connector, { ...loginTo(two), changesEveryMs: 0 });
  const wish = { event_id: 1, comment: "mine" };
  await assert.rejects(
    both.call("acknowledge_event", wish),
    /Several sites have an event 1: demo, branch\. Say which with site_id/,
  );
  await assert.rejects(
    both.call("acknowledge_event", { ...wish, site_id: "nowhere" }),
    /There is no event 1 at the site "nowhere"; search_events/,
  );
  await both.call("acknowledge_event", { ...wish, site_id: "demo" });
  assert.deepEqual(asked, ["demo"]);
  assert.equal(two.site.events.find(1)?.phase, "ack");
});

test("what a service measures is told over time, with what it comes to", async () => {
  const service = { host_name: "app001", service_description: "CPU utilization" };
  const { metrics } = await call("get_service_metrics", { ...service, time_range_hours: 2 });
  const [{ metric_id: id, data_points: points, summary }] = metrics;
  assert.deepEqual([id, points.length, summary.count], ["util", 120, 120]);
  assert.ok(summary.min >= 20 && summary.max <= 30 && summary.average > summary.min);
  assert.equal(Date.parse(points[1].timestamp) - Date.parse(points[0].timestamp), 60_000);
  const history = await call("get_metric_history", { ...service, metric_id: "util" });
  assert.ok(history.metrics[0].summary.count > 300);
  await assert.rejects(call("get_metric_history", { ...service, metric_id: "coffee" }), /Cannot calculate graph/);
  await assert.rejects(
    call("get_service_metrics", { ...service, service_description: "x" }),
    /No service "x" of app001/,
  );
});

test("businesses are as bad as the worst that they are made from", async () => {
  const { estate } = simulator.site;
  const well = await call("get_business_status_summary", {});
  assert.deepEqual([well.total_aggregations, well.states.ok], [5, 5 - well.states.crit]);
  estate.result({ host: "web001", service: "HTTPS shop" }, { state: 2, output: "refused", perfData: "" });
  const { critical_services: critical } = await call("get_critical_business_services", {});
  const web = critical.find(({ id }: { readonly id: string }) => id === "Service web");
  assert.ok(web.hosts.includes("web001"));
});

test("groups are made, renamed and deleted; tags are listed", async () => {
  await call("create_group", { kind: "service", name: "shop", alias: "The shop" });
  await assert.rejects(
    call("create_group", { kind: "service", name: "shop", alias: "x" }),
    /There is a service group "shop"/,
  );
  assert.deepEqual((await call("update_group", { kind: "service", name: "shop", alias: "Shop" })).changes, {
    alias: { from: "The shop", to: "Shop" },
  });
  assert.deepEqual((await call("list_groups", { kind: "service" })).groups, [{ name: "shop", alias: "Shop" }]);
  await call("delete_group", { kind: "service", name: "shop" });
  assert.equal((await call("list_groups", { kind: "host" })).groups.length, 2);
  const { tag_groups: groups } = await call("list_host_tags", {});
  assert.deepEqual(groups[0].tags[0].aux_tags, ["tcp"]);
});
