import { readFile } from "node:fs/promises";

/** The memory that a process has in use, in MB, where the system tells (Linux); 0 elsewhere, and where there is no such process. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return (Number(statm.split(" ")[1] ?? 0) * pageBytes) / 1024 / 1024;
}

const pageBytes = 4096;
