import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { contract } from "../../../../test/rig/contracts.ts";
import { livestatusMonitoring } from "../../livestatus/monitoring.ts";
import { Site } from "../../livestatus/site.ts";
import { Estate } from "../estate.ts";
import { hostKinds, templatesOf } from "../host-kinds.ts";
import { seedEstate } from "../seed-estate.ts";
import { serveLivestatus } from "./server.ts";

const { signal } = new AbortController();
const recording = contract("backends/recordings/livestatus-naemon-1.5.json");
const recorded = z.array(z.object({ id: z.string(), request: z.string(), reply: z.string() }));

/**
 * Where Checkmk's source differs from what naemon was recorded to do, or where the answer is about the recorded machine. Everything else must be
 * the very same bytes.
 */
const differing: Readonly<Record<string, string>> = {
  "cmd-unknown": "Checkmk never answers a command",
  "cmd-unknown-host": "Checkmk never answers a command",
  "cmd-no-timestamp": "Checkmk never answers a command",
  status: "says a version",
  "columns-of-hosts": "lists columns in another order",
  tables: "has fewer tables and columns",
  "no-columns": "has fewer columns",
  "custom-vars": "custom variables are not simulated",
  "svc-detail": "has moments in it, and lists of comments that are not simulated",
  downtimes: "ids are counted for comments and downtimes together",
  comments: "ids likewise; a downtime leaves no comment here",
  hostgroups: "groups have no other name, and their worst state is not simulated",
  servicegroups: "not simulated",
  contacts: "not simulated",
  contactgroups: "not simulated",
  timeperiods: "not simulated",
  servicesbyhostgroup: "not simulated",
  servicesbygroup: "not simulated",
  log: "says moments, and the newest first",
  statehist: "not simulated",
  offset: "Checkmk knows no Offset",
  sort: "Checkmk knows no Sort",
  orderby: "only the newest Checkmk knows OrderBy",
  "bad-column": "Checkmk answers null, naemon an empty text",
  "authuser-winonly": "users of a contact group are not simulated",
  "bad-filter": "Checkmk names the header",
  "bad-filter-column": "Checkmk refuses, naemon finds nothing",
  "bad-limit": "Checkmk names the header",
  "bad-header": "Checkmk answers with the header that was asked for",
  "wrapped-json": "Checkmk has no such format",
  python: "not simulated",
  "csv-separators": "not simulated",
  "bad-format": "Checkmk names the header",
  "bad-table-no-response-header": "Checkmk says it in its log alone",
  garbage: "Checkmk says it in its log alone",
};

test(
  "answers are what naemon's were recorded to be, except where Checkmk differs",
  { skip: recording.state === "missing" && recording.why },
  async () => {
    assert.ok(recording.state === "here");
    await using core = await served(recordedEstate());
    const exchanges = recorded.parse(JSON.parse(readFileSync(recording.path, "utf8")));
    const same: string[] = [];
    for (const { id, request, reply } of exchanges) {
      const said = await exchange(core.path, request.replaceAll(/\[\d{10}\]/g, "[1000000]"));
      if (id in differing) assert.notEqual(said, reply, `${id} no longer differs`);
      else {
        assert.equal(sorted(said), sorted(reply), id);
        same.push(id);
      }
    }
    assert.ok(same.length > 25, String(same.length));
  },
);

test("what Checkmk refuses is refused in its words", async () => {
  await using core = await served(recordedEstate());
  const said = async (headers: string): Promise<string> =>
    (await exchange(core.path, `GET hosts\nColumns: name\n${headers}ResponseHeader: fixed16\n\n`)).replace(
      / +\d+\n/,
      " ",
    );
  assert.equal(await said("Filter: name\n"), "400 while processing header 'Filter': missing operator\n");
  assert.match(await said("Filter: nosuch = 1\n"), /^400 while processing header 'Filter': .*nosuch/);
  assert.equal(await said("Limit: -4\n"), "400 while processing header 'Limit': expected non-negative integer\n");
  assert.equal(
    await said("NoSuchHeader: 1\n"),
    "400 while processing header 'NoSuchHeader': undefined request header\n",
  );
  assert.match(
    await said("OutputFormat: yaml\n"),
    /^400 while processing header 'OutputFormat': missing\/invalid output format/,
  );
  assert.equal(await said("OutputFormat: json\nColumns: nosuch\nLimit: 1\n"), '200 [["srv-0000",null]]\n');
  assert.match(
    await exchange(core.path, "GET hosts\nResponseHeader: fixed16\nColu"),
    /^451 +\d+\nincomplete request\n$/,
  );
});

test("commands change the estate, and whoever waits for a change is answered then", async () => {
  const estate = seedEstate({ hosts: 5, problems: 0 }, () => Date.now());
  await using core = await served(estate);
  const site = new Site("demo", { socket: core.path });
  const monitoring = livestatusMonitoring([site]);
  try {
    const waiting = exchange(
      core.path,
      "GET services\nColumns: description state\nFilter: host_name = app001\nFilter: description = Memory\nWaitTrigger: check\nWaitCondition: state = 2\nWaitTimeout: 20000\nOutputFormat: json\n\n",
    );
    await site.command("PROCESS_SERVICE_CHECK_RESULT;app001;Memory;2;full|mem=99;80;90", Date.now(), signal);
    assert.equal(await waiting, '[["Memory",2]]\n');
    await site.command("ACKNOWLEDGE_SVC_PROBLEM;app001;Memory;2;1;0;ops;mine; all mine", Date.now(), signal);
    const { rows } = await monitoring.services({ isAcknowledged: true }, {}, signal);
    assert.deepEqual(
      rows.map(({ host, description, output, perfData }) => [host, description, output, perfData]),
      [["app001", "Memory", "full", "mem=99;80;90"]],
    );
    assert.deepEqual(
      (await monitoring.comments({}, signal)).rows.map(({ kind, comment }) => [kind, comment]),
      [["acknowledgement", "mine; all mine"]],
    );
    const log = await monitoring.log({ since: 0, host: "app001", kinds: ["alert"] }, 1, signal);
    assert.deepEqual(
      log.rows.map(({ description, state }) => [description, state]),
      [["Memory", "CRITICAL"]],
    );
    assert.deepEqual(
      (await monitoring.hosts({ folder: "/servers" }, {}, signal)).rows.map(({ name, folder }) => `${folder} ${name}`),
      ["/servers/linux app001", "/servers/database db001", "/servers/linux web001", "/servers/windows win001"],
    );
    assert.equal((await monitoring.hosts({}, {}, signal)).rows[0]?.labels["role"], "app");
  } finally {
    site.close();
  }
});

/** Lines of an answer in some order: naemon's own is of its hash tables where services are concerned. */
function sorted(text: string): string {
  return text.replaceAll("[[", "[\n[").replaceAll("]]", "],\n]").split("\n").toSorted().join("\n");
}

/** What was monitored when naemon was recorded: 20 hosts with 3 services, a dozen of them with problems. */
function recordedEstate(): Estate {
  const estate = new Estate({ site: "naemon", nowMs: () => 1_795_407_940_000 });
  const [template] = hostKinds.flatMap((kind) => templatesOf(kind, 1));
  assert.ok(template);
  for (let at = 0; at < 20; at += 1) {
    const name = `srv-${String(at).padStart(4, "0")}`;
    const groups = [at % 3 === 0 ? "windows" : "linux"];
    estate.putHost({ name, alias: name, address: `127.10.0.${at}`, folder: "/", labels: {}, tags: {}, groups });
    estate.putServices(
      name,
      ["CPU load", "Memory", "Filesystem /"].map((description) => Object.assign({}, template, { description })),
    );
    const result = { state: 0, output: "", perfData: "" } as const;
    for (const service of ["CPU load", "Memory", "Filesystem /"]) estate.result({ host: name, service }, result);
    const state = at < 12 ? ([0, 1, 2, 3] as const)[at % 4] : undefined;
    if (state !== undefined) {
      const output = `state ${state} output`;
      estate.result({ host: name, service: "CPU load" }, { state, output, perfData: `load=${at};1;2` });
    }
  }
  return estate;
}

async function served(estate: Estate): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-livestatus-"));
  const path = join(folder, "live");
  const server = await serveLivestatus(estate, { socket: path });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** All that is answered to a text, after which nothing more is said. */
async function exchange(path: string, text: string): Promise<string> {
  const socket = connect({ path });
  socket.end(text);
  let said = "";
  for await (const chunk of socket) said += String(chunk);
  return said;
}
