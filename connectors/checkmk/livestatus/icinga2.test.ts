import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { type Icinga2, serviceNames, startIcinga2, whyNoIcinga2 } from "../../../test/rig/icinga2.ts";
import { until } from "../../../test/rig/until.ts";
import type { Monitoring, ServiceRow } from "../monitoring.ts";
import { toldChange } from "../change.ts";
import { ChangeWatch } from "../change-watch.ts";
import { livestatusMonitoring } from "./monitoring.ts";
import { Site } from "./site.ts";
import { watchedSite } from "./watched-site.ts";

const { signal } = new AbortController();
const hosts = 2000;
const servicesPerHost = 10;
const oddName = "grün/kern 1";

describe("with a real Livestatus server", { skip: whyNoIcinga2() ?? false }, () => {
  let core: Icinga2;
  let sites: Site[] = [];
  let monitoring: Monitoring;

  before(async () => {
    core = await startIcinga2({ hosts, servicesPerHost, others: [oddName] });
    sites = [
      new Site("unix", { socket: core.socket }),
      new Site("tcp", { host: "127.0.0.1", port: core.port, tls: false }),
    ];
    monitoring = livestatusMonitoring(sites.slice(0, 1));
    await flood(core.socket, hostResults());
    await until(async () => (await monitoring.statistics({}, signal)).hosts.pending === 0, "hosts have their results");
  });

  after(async () => {
    for (const site of sites) site.close();
    await core[Symbol.asyncDispose]();
  });

  test("hosts are found by every filter, the same over both transports", async () => {
    const both = livestatusMonitoring(sites);
    const { rows, total, failures } = await both.hosts({ search: "SRV-000" }, {}, signal);
    assert.deepEqual([rows.length, total, failures], [20, 20, []]);
    const [tcp, unix] = [rows.slice(0, 10), rows.slice(10)];
    assert.equal(
      JSON.stringify(tcp).replaceAll('"site":"tcp"', ""),
      JSON.stringify(unix).replaceAll('"site":"unix"', ""),
    );
    assert.deepEqual(
      unix.map(({ name }) => name),
      Array.from({ length: 10 }, (_none, at) => `srv-000${at}`),
    );
    const names = async (filter: Parameters<Monitoring["hosts"]>[0]): Promise<readonly string[]> =>
      (await monitoring.hosts(filter, { limit: 2 }, signal)).rows.map(({ name }) => name);
    assert.deepEqual(await names({ names: ["srv-0007", "srv-1999", "nosuch"] }), ["srv-0007", "srv-1999"]);
    assert.deepEqual(await names({ names: [] }), []);
    assert.deepEqual(await names({ states: ["DOWN"] }), ["srv-0003"]);
    assert.deepEqual(await names({ group: "even" }), ["srv-0000", "srv-0002"]);
    assert.deepEqual(await names({ search: "127.0.0.9" }), ["srv-0009", "srv-0090"]);
    assert.deepEqual(await names({ names: [oddName] }), [oddName]);
    assert.deepEqual(await names({ isAcknowledged: true }), []);
  });

  test("a span of the services is the same part of all of them, wherever it begins", async () => {
    const { rows: all, total } = await monitoring.services({}, {}, signal);
    assert.deepEqual([all.length, total], [hosts * servicesPerHost, hosts * servicesPerHost]);
    for (const offset of [0, 7, 10, 9995, 19_995, 20_000]) {
      const span = await monitoring.services({}, { offset, limit: 13 }, signal);
      assert.deepEqual(span.rows.map(nameOf), all.slice(offset, offset + 13).map(nameOf));
      assert.equal(span.total, total);
    }
  });

  test("statistics count what the rows are", async () => {
    await flood(
      core.socket,
      [1, 2, 3].map((state) => serviceResult(`srv-000${state}`, "Memory", state)),
    );
    await until(
      async () => (await monitoring.statistics({}, signal)).services.pending === 19_997,
      "three results are in",
    );
    const { services, hosts: ofHosts } = await monitoring.statistics({}, signal);
    assert.deepEqual(services, {
      total: 20_000,
      ok: 0,
      warning: 1,
      critical: 1,
      unknown: 1,
      pending: 19_997,
      acknowledged: 0,
      inDowntime: 0,
      unhandled: 3,
    });
    assert.deepEqual([ofHosts.total, ofHosts.up, ofHosts.down, ofHosts.unhandled], [2001, 2000, 1, 1]);
    const { rows } = await monitoring.services({ states: ["CRITICAL", "UNKNOWN"] }, {}, signal);
    assert.deepEqual(rows.map(nameOf), ["srv-0002;Memory", "srv-0003;Memory"]);
    assert.equal(rows[0]?.output, "state 2");
    assert.equal(rows[0].perfData, "v=2;1;2");
  });

  test("a problem is acknowledged and put in a downtime by commands, and both are seen and taken back", async () => {
    const [site] = sites;
    assert.ok(site);
    const now = Math.floor(Date.now() / 1000);
    await flood(core.socket, [serviceResult("srv-0005", "Uptime", 2)]);
    await until(async () => (await details())?.state === "CRITICAL", "the problem is there");
    await site.command("ACKNOWLEDGE_SVC_PROBLEM;srv-0005;Uptime;2;1;1;ops;I look; at it", Date.now(), signal);
    await site.command(
      `SCHEDULE_SVC_DOWNTIME;srv-0005;Uptime;${now};${now + 3600};1;0;3600;ops;maintenance`,
      Date.now(),
      signal,
    );
    await until(async () => (await details())?.isInDowntime === true, "the downtime has begun");
    assert.equal((await details())?.isAcknowledged, true);
    const { rows: comments } = await monitoring.comments({ host: "srv-0005" }, signal);
    const acknowledgement = comments.find(({ kind }) => kind === "acknowledgement");
    assert.deepEqual(
      [acknowledgement?.description, acknowledgement?.author, acknowledgement?.comment],
      ["Uptime", "ops", "I look; at it"],
    );
    const [downtime] = (await monitoring.downtimes({ host: "srv-0005" }, signal)).rows;
    assert.deepEqual([downtime?.description, downtime?.comment, downtime?.isFixed], ["Uptime", "maintenance", true]);
    await site.command(`DEL_SVC_DOWNTIME;${downtime?.id}`, Date.now(), signal);
    await site.command("REMOVE_SVC_ACKNOWLEDGEMENT;srv-0005;Uptime", Date.now(), signal);
    await until(async () => (await details())?.isAcknowledged === false, "it is acknowledged no more");
    await until(async () => (await details())?.isInDowntime === false, "the downtime is over");

    async function details() {
      const filter = { hosts: ["srv-0005"], descriptions: ["Uptime"] };
      return (await monitoring.serviceDetails(filter, signal)).rows[0];
    }
  });

  test("the log says what became of a service, read from its text", async () => {
    // This server passes over files of its log that began before the moment that is asked for.
    const since = 0;
    await flood(core.socket, [serviceResult("srv-0006", "Uptime", 1)]);
    const read = async () =>
      monitoring.log({ since, host: "srv-0006", description: "Uptime", kinds: ["alert"] }, 10, signal);
    await until(async () => (await read()).rows.length > 0, "it stands in the log");
    const [entry] = (await read()).rows;
    assert.deepEqual(
      [entry?.description, entry?.state, entry?.stateType, entry?.kind],
      ["Uptime", "WARNING", "hard", "alert"],
    );
  });

  test("20,000 results that arrive while a stream is read make nothing come twice, and nothing go missing", async () => {
    const results: string[] = [];
    for (const host of hostNames())
      for (const service of serviceDescriptions()) results.push(serviceResult(host, service, 1));
    const seen: string[] = [];
    let flooding: Promise<void> | undefined;
    for await (const { rows } of monitoring.eachServiceBatch({}, { batchSize: 200, signal })) {
      flooding ??= flood(core.socket, results);
      seen.push(...rows.map(nameOf));
    }
    await flooding;
    assert.equal(seen.length, hosts * servicesPerHost);
    assert.equal(new Set(seen).size, seen.length);
    await until(
      async () => (await monitoring.statistics({}, signal)).services.warning === 20_000,
      "all results are in",
    );
  });

  test("a stream goes on behind a position, also with another batch size", async () => {
    const read: string[] = [];
    let behind: string | undefined;
    for (const batchSize of [1, 7, 300, 5000]) {
      for await (const batch of monitoring.eachServiceBatch(
        {},
        { batchSize, signal, ...(behind !== undefined && { after: behind }) },
      )) {
        read.push(...batch.rows.map(nameOf));
        behind = batch.position;
        break;
      }
    }
    const { rows } = await monitoring.services({}, { limit: 5308 }, signal);
    assert.deepEqual(read, rows.map(nameOf));
  });

  test("what changes is found: a state, an acknowledgement, and that it is over", async () => {
    const [site] = sites;
    assert.ok(site);
    const watch = new ChangeWatch(watchedSite(site));
    assert.deepEqual(await watch.look(signal), []);
    const seen: string[] = [];
    const untilTold = async (what: string): Promise<void> =>
      until(async () => {
        seen.push(...(await watch.look(signal)).map(toldChange));
        return seen.some((text) => text.includes(what));
      }, what);
    await flood(core.socket, [serviceResult("srv-0777", "Memory", 2)]);
    await untilTold("srv-0777, Memory: was WARNING, is CRITICAL – state 2");
    await site.command("ACKNOWLEDGE_SVC_PROBLEM;srv-0777;Memory;2;1;1;ops;mine", Date.now(), signal);
    await untilTold("srv-0777, Memory: is acknowledged");
    await flood(core.socket, [serviceResult("srv-0777", "Memory", 0)]);
    await untilTold("srv-0777, Memory: was CRITICAL, is OK, is acknowledged no more – state 0");
    assert.equal(seen.length, 3, seen.join("\n"));
  });

  test("a site that is down is left out and told; a question that is wrong is refused with its reason", async () => {
    const gone = new Site("gone", { socket: `${core.socket}.nowhere` });
    const both = livestatusMonitoring([gone, ...sites.slice(0, 1)]);
    const { rows, failures } = await both.hosts({ names: ["srv-0001"] }, {}, signal);
    assert.deepEqual([rows.map(({ site }) => site), failures.map(({ site }) => site)], [["unix"], ["gone"]]);
    assert.match(failures[0]?.reason ?? "", /livestatus\.nowhere cannot be reached: .*ENOENT/);
    assert.deepEqual(
      (await both.sites(signal)).map(({ site, kind }) => `${site} ${kind}`),
      ["gone down", "unix up"],
    );
    await assert.rejects(livestatusMonitoring([gone]).hosts({}, {}, signal), /No monitoring site answers\. gone: /);
    const [unix] = sites;
    await assert.rejects(unix?.rows({ table: "nosuch" }, signal) ?? Promise.resolve(), {
      name: "LivestatusError",
      message: /livestatus refused: 404 Table 'nosuch' does not exist/,
    });
    await assert.rejects(unix?.rows({ table: "hosts", columns: ["nosuch"] }, signal) ?? Promise.resolve(), {
      message: /livestatus refused: 452 Error: Column 'nosuch' does not exist in table 'hosts'\.$/,
    });
  });
});

function nameOf({ host, description }: ServiceRow): string {
  return `${host};${description}`;
}

function hostNames(): readonly string[] {
  return Array.from({ length: hosts }, (_none, at) => `srv-${String(at).padStart(4, "0")}`);
}

function serviceDescriptions(): readonly string[] {
  return Array.from({ length: servicesPerHost }, (_none, at) => serviceNames[at] ?? `Service ${at}`);
}

function hostResults(): readonly string[] {
  return [oddName, ...hostNames()].map((host) => `PROCESS_HOST_CHECK_RESULT;${host};${host === "srv-0003" ? 1 : 0};ok`);
}

function serviceResult(host: string, service: string, state: number): string {
  return `PROCESS_SERVICE_CHECK_RESULT;${host};${service};${state};state ${state}|v=${state};1;2`;
}

/** Gives in many commands on one connection. */
async function flood(socket: string, commands: readonly string[]): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const connection = connect({ path: socket });
  const closed = once(connection, "close");
  connection.resume();
  for (const [at, command] of commands.entries()) {
    const stays = at === commands.length - 1 ? "" : "KeepAlive: on\n";
    if (!connection.write(`COMMAND [${now}] ${command}\n${stays}\n`)) await once(connection, "drain");
  }
  connection.end();
  await closed;
}
