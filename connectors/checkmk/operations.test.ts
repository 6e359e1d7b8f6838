import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { loginTo, openCheckmk } from "../../test/rig/open-checkmk.ts";
import { until } from "../../test/rig/until.ts";
import { connector } from "./connector.ts";

const host = "app001";
const { simulator, call } = await openCheckmk();

test("a problem of a service is taken on and given up, also where its name has signs that mean something elsewhere", async () => {
  const { estate } = simulator.site;
  const [template] = [...estate.servicesOf(host).values()].map((service) => service.template);
  assert.ok(template);
  const service = "Disk 100%25 /änd/ more";
  estate.putServices(host, [
    { ...template, description: service },
    ...[...estate.servicesOf(host).values()].map((each) => each.template),
  ]);
  estate.result({ host, service }, { state: 2, output: "full", perfData: "" });
  const problem = { host_name: host, service_name: service };
  const dry = await call("acknowledge_service_problem", { ...problem, comment: "mine", dry_run: true });
  assert.deepEqual(dry.changes, { acknowledged: { from: false, to: true }, comment: { to: "mine" } });
  assert.equal(estate.find({ host, service })?.acknowledgement, undefined);
  await call("acknowledge_service_problem", { ...problem, comment: "mine", sticky: true });
  assert.equal(estate.find({ host, service })?.acknowledgement?.sticky, true);
  const { comments } = await call("list_comments", { host_name: host });
  assert.deepEqual(
    [comments[0].comment, comments[0].service_name, comments[0].author],
    ["mine", service, "automation"],
  );
  await call("remove_acknowledgement", problem);
  assert.equal(estate.find({ host, service })?.acknowledgement, undefined);
  await assert.rejects(call("remove_acknowledgement", problem), /Nobody has acknowledged the problem of service/);
});

test("what was read before the site carries an operation out is told to be old a moment later", async () => {
  const { site } = simulator;
  await using fresh = await openConnector(connector, loginTo(simulator));
  const name = [...site.estate.hosts.keys()].at(-1) ?? "";
  site.estate.result({ host: name, service: undefined }, { state: 1, output: "no answer", perfData: "" });
  await fresh.call("acknowledge_host_problem", { host_name: name, comment: "mine", dry_run: true });
  await fresh.call("acknowledge_host_problem", { host_name: name, comment: "mine" });
  assert.deepEqual(fresh.changedUses, [], "the gateway itself drops what it keeps when the call is over");
  await until(() => fresh.changedUses.length > 0, "it is told again");
  assert.deepEqual(fresh.changedUses, ["checkmk"]);
});

test("a host that is down is taken on, for a time", async () => {
  const { estate } = simulator.site;
  const target = { host: "web001", service: undefined };
  await assert.rejects(call("acknowledge_host_problem", { host_name: "web001", comment: "?" }), /has no problem/);
  estate.result(target, { state: 1, output: "no answer", perfData: "" });
  await call("acknowledge_host_problem", { host_name: "web001", comment: "mine", expire_on: "2099-01-01T00:00:00Z" });
  assert.equal(estate.find(target)?.acknowledgement?.expiresAt, Date.UTC(2099, 0, 1) / 1000);
});

test("a downtime is planned, listed, prolonged and ended", async () => {
  const { estate } = simulator.site;
  const target = { host, service: "CPU load" };
  const wish = { host_name: host, service_name: "CPU load", comment: "update", duration_hours: 3 };
  const dry = await call("create_service_downtime", { ...wish, dry_run: true });
  assert.match(dry.summary, /^Would be done: A downtime of service "CPU load" of app001 from /);
  assert.equal(estate.downtimes.size, 0);
  await call("create_service_downtime", wish);
  assert.equal(estate.find(target)?.downtimeDepth, 1);
  const { downtimes, total_count: total } = await call("list_downtimes", { host_name: host });
  assert.equal(total, 1);
  const [downtime] = downtimes;
  assert.equal(Date.parse(downtime.end_time) - Date.parse(downtime.start_time), 3 * 3_600_000);
  const { downtime_id: id, site_id: site } = downtime;
  await call("modify_downtime", { downtime_id: id, site_id: site, end_time: "2099-01-01T00:00:00", comment: "longer" });
  const [changed] = (await call("list_downtimes", {})).downtimes;
  assert.deepEqual([Date.parse(changed.end_time), changed.comment], [Date.UTC(2099, 0, 1), "longer"]);
  await call("remove_downtime", { downtime_id: id, site_id: site });
  assert.equal(estate.find(target)?.downtimeDepth, 0);
  await assert.rejects(call("remove_downtime", { downtime_id: id, site_id: site }), /could not be found/);
});

test("a downtime of a host comes again as it is asked for, or begins with the first problem", async () => {
  const { estate } = simulator.site;
  const [start_time, end_time] = ["2098-01-01T10:00:00Z", "2098-01-01T12:00:00Z"];
  const wish = { host_name: "switch001", comment: "weekly", start_time, end_time, recur: "week", flexible_minutes: 30 };
  await call("create_host_downtime", wish);
  const [planned] = estate.downtimes.values();
  assert.deepEqual([planned?.recurring, planned?.durationS, planned?.service], [3, 1800, undefined]);
  await assert.rejects(call("create_host_downtime", { ...wish, end_time: start_time }), /before it begins/);
  await assert.rejects(call("create_host_downtime", { ...wish, duration_hours: 1 }), /not both/);
});

test("something is said of a host, and taken back", async () => {
  await call("add_comment", { host_name: "db001", comment: "new disks in May" });
  const { comments } = await call("list_comments", { host_name: "db001" });
  const [{ comment_id: id, site_id: site, comment }] = comments;
  assert.equal(comment, "new disks in May");
  await call("remove_comment", { comment_id: id, site_id: site });
  assert.equal((await call("list_comments", { host_name: "db001" })).total_count, 0);
  await assert.rejects(call("remove_comment", { comment_id: id, site_id: site }), /There is no comment/);
});

test("what is not monitored is named, with the way out", async () => {
  const asked = { host_name: "nowhere", service_name: "CPU load", comment: "?" };
  await assert.rejects(
    call("acknowledge_service_problem", asked),
    /Host not found|No service "CPU load" of nowhere is monitored/,
  );
  const wish = { host_name: "db001", service_name: "Coffee", comment: "?" };
  await assert.rejects(call("create_service_downtime", wish), /No service "Coffee" of db001 is monitored; list_hosts/);
});
