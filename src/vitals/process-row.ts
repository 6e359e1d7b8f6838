/** One process of the machine, as one look at it shows. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Time on the processors since its start, in ms. */
  readonly cpuMs: number;
  /** Memory that it occupies, with what it shares with others. */
  readonly residentBytes: number;
  /** Differs between two processes that had the same id one after the other; 0 where the system does not say. */
  readonly startedAt: number;
}

/** What turns the kernel's units into ours. */
export interface KernelUnits {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

/** Keys of the auxiliary vector: `AT_PAGESZ` and `AT_CLKTCK` of Linux, `include/uapi/linux/auxvec.h`. */
const auxiliaryKeys = { pageBytes: 6n, ticksPerSecond: 17n } as const;
const usualUnits: KernelUnits = { pageBytes: 4096, ticksPerSecond: 100 };

/** The units as the kernel told this process when it started: the content of `/proc/self/auxv` on a 64-bit machine. */
export function unitsIn(vector: Buffer): KernelUnits {
  const units = { ...usualUnits };
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    const [key, value] = [vector.readBigUInt64LE(at), Number(vector.readBigUInt64LE(at + 8))];
    if (key === auxiliaryKeys.pageBytes) units.pageBytes = value;
    if (key === auxiliaryKeys.ticksPerSecond) units.ticksPerSecond = value;
  }
  return units;
}

/**
 * What `/proc/PID/stat` says; undefined where it is no such text. The name of a program may hold spaces and parentheses.
 *
 * @see proc_pid_stat(5).
 */
export function rowOfStat(stat: string, units: KernelUnits): ProcessRow | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 22);
  const at = (field: number): number => Number(fields[field - 3]);
  const pid = Number.parseInt(stat, 10);
  const row = {
    pid,
    parent: at(4),
    group: at(5),
    session: at(6),
    cpuMs: ((at(14) + at(15)) * 1000) / units.ticksPerSecond,
    residentBytes: at(24) * units.pageBytes,
    startedAt: at(22),
  };
  return Object.values(row).every(Number.isFinite) ? row : undefined;
}

/** Columns that {@link rowOfPs} wants, for `ps -o`. */
export const psColumns = "pid=,ppid=,pgid=,rss=,time=";

/** What one line of `ps` says; undefined where it is no such line. A session is not told, so the group stands for it. */
export function rowOfPs(line: string): ProcessRow | undefined {
  const [pid, parent, group, residentKib, time = ""] = line.trim().split(/\s+/);
  const row = {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(group),
    cpuMs: msOfPsTime(time),
    residentBytes: Number(residentKib) * 1024,
    startedAt: 0,
  };
  return Object.values(row).every(Number.isFinite) ? row : undefined;
}

/** `[DAYS-][HOURS:]MINUTES:SECONDS[.HUNDREDTHS]` in ms. */
function msOfPsTime(time: string): number {
  const found = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)$/.exec(time);
  if (found === null) return Number.NaN;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = found;
  const whole = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes);
  return Math.round((whole * 60 + Number(seconds.replace(",", "."))) * 1000);
}
