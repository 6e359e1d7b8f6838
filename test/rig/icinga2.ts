import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

/** A real monitoring core with a real Livestatus server, of hosts whose checks do nothing until a result is given in. */
export interface Icinga2 extends AsyncDisposable {
  readonly socket: string;
  readonly port: number;
}

export interface Icinga2Options {
  /** Hosts `srv-0000` and so on, each with as many services. */
  readonly hosts: number;
  readonly servicesPerHost: number;
  /** Names of hosts besides, without services. */
  readonly others?: readonly string[];
}

/** Why it cannot be started on this machine; undefined where it can. It is run as the user `nagios` of its Debian package. */
export function whyNoIcinga2(): string | undefined {
  if (process.getuid?.() !== 0) return "icinga2 is started as another user, which only root may";
  try {
    execFileSync("icinga2", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "icinga2 is not installed";
  }
}

/** Starts one that answers. Its folder and everything in it go with it. */
export async function startIcinga2(options: Icinga2Options): Promise<Icinga2> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-icinga2-"));
  const port = await freePort();
  for (const each of ["conf", "data", "cache", "log/compat/archives", "spool", "run"])
    await mkdir(join(folder, each), { recursive: true });
  await writeFile(join(folder, "conf", "icinga2.conf"), configuration(port, options));
  execFileSync("chown", ["-R", "nagios:nagios", folder]);
  await using out = await open(join(folder, "out.log"), "w");
  const core = spawn("icinga2", ["daemon", "-c", join(folder, "conf", "icinga2.conf"), ...placesIn(folder)], {
    stdio: ["ignore", out.fd, out.fd],
  });
  const ended = once(core, "exit");
  const socket = join(folder, "run", "livestatus");
  const stop = async (): Promise<void> => {
    core.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until(
      async () => {
        if (core.exitCode !== null) throw new Error(`icinga2 ended with ${core.exitCode}; see ${folder}/out.log`);
        return answers(socket);
      },
      "icinga2 answers",
      60_000,
    );
  } catch (thrown) {
    core.kill("SIGTERM");
    throw thrown;
  }
  return { socket, port, [Symbol.asyncDispose]: stop };
}

async function answers(socket: string): Promise<boolean> {
  const connection = connect({ path: socket });
  try {
    connection.end("GET status\nColumns: num_hosts\n\n");
    let said = "";
    for await (const chunk of connection) said += String(chunk);
    return said.trim() !== "";
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

/** Nothing outside of the folder is read or written. */
function placesIn(folder: string): readonly string[] {
  const places = {
    ConfigDir: "conf",
    DataDir: "data",
    CacheDir: "cache",
    LogDir: "log",
    SpoolDir: "spool",
    InitRunDir: "run",
    PidPath: "run/icinga2.pid",
    VarsPath: "cache/icinga2.vars",
    StatePath: "data/icinga2.state",
    ObjectsPath: "cache/icinga2.debug",
    ModAttrPath: "data/modified-attributes.conf",
  };
  return [
    ...Object.entries(places).map(([name, place]) => `-DConfiguration.${name}=${join(folder, place)}`),
    "-DConfiguration.RunAsUser=nagios",
    "-DConfiguration.RunAsGroup=nagios",
  ];
}

/** The services of every host, by name. */
export const serviceNames = ["CPU load", "Memory", "Filesystem /", "Filesystem /var", "Interface 1", "Uptime"] as const;

function listener(name: string, how: string): string {
  return `object LivestatusListener "${name}" { ${how}; compat_log_path = LogDir + "/compat" }`;
}

function configuration(port: number, { hosts, servicesPerHost, others = [] }: Icinga2Options): string {
  const names = Array.from({ length: hosts }, (_none, at) => `srv-${String(at).padStart(4, "0")}`);
  const services = Array.from({ length: servicesPerHost }, (_none, at) => serviceNames[at] ?? `Service ${at}`);
  return [
    "include <itl>",
    'const NodeName = "core"',
    "const ZoneName = NodeName",
    "object Endpoint NodeName {}",
    "object Zone ZoneName { endpoints = [ NodeName ] }",
    'object IcingaApplication "app" {}',
    'object CheckerComponent "checker" {}',
    'object FileLogger "main" { severity = "warning"; path = LogDir + "/icinga2.log" }',
    'object ExternalCommandListener "cmd" { command_path = InitRunDir + "/icinga2.cmd" }',
    listener("unix", 'socket_type = "unix"; socket_path = InitRunDir + "/livestatus"'),
    listener("tcp", `socket_type = "tcp"; bind_host = "127.0.0.1"; bind_port = ${port}`),
    'object CompatLogger "compat" { log_dir = LogDir + "/compat"; rotation_method = "DAILY" }',
    'object HostGroup "even" { display_name = "Even"; assign where host.vars.parity == "even" }',
    'template Host "h" { check_command = "passive"; max_check_attempts = 1; enable_active_checks = false }',
    'template Service "s" { check_command = "passive"; max_check_attempts = 1; enable_active_checks = false }',
    ...names.map((name, at) =>
      [
        `object Host "${name}" { import "h"; address = "127.0.${at >> 8}.${at & 255}"; display_name = "Server ${at}";`,
        `vars.parity = "${at % 2 === 0 ? "even" : "odd"}"; vars.has_services = true }`,
      ].join(" "),
    ),
    ...others.map((name) => `object Host "${name}" { import "h"; address = "127.0.0.1" }`),
    ...services.map((name) => `apply Service "${name}" { import "s"; assign where host.vars.has_services }`),
    "",
  ].join("\n");
}
