import { constants } from "node:fs";
import { access, chmod, mkdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { keyFileName, loginFileName } from "../../upstream/oauth/login-file.ts";
import type { Finding } from "./finding.ts";

const subject = "data folder";
const leastFreeBytes = 100 * 1024 * 1024;

/** Looks at the gateway's own folder, or at where it would be made. Makes nothing. */
export async function checkDataDir(dataDir: string): Promise<readonly Finding[]> {
  const place = await nearestExisting(dataDir);
  const usable = await checkUsable(dataDir, place);
  return [usable, ...(await checkSpace(place)), ...(await checkSecrets(dataDir))];
}

/** The folder itself, else the nearest one above it that is there. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    const parent = dirname(path);
    return parent === path ? path : nearestExisting(parent);
  }
}

async function checkUsable(dataDir: string, place: string): Promise<Finding> {
  try {
    if (!(await stat(place)).isDirectory()) {
      return { code: "data_dir_unusable", subject, message: `${place} is no folder` };
    }
    await access(place, constants.W_OK | constants.X_OK);
    return place === dataDir ? { code: "data_dir_usable", subject, message: dataDir } : missing(dataDir);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : thrown;
    return { code: "data_dir_unusable", subject, message: `${place} cannot be written to: ${String(code)}` };
  }
}

function missing(dataDir: string): Finding {
  return {
    code: "data_dir_missing",
    subject,
    message: `${dataDir} is made when something is to be kept`,
    fix: async () => {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      return `Made ${dataDir}`;
    },
  };
}

async function checkSpace(place: string): Promise<readonly Finding[]> {
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  if (free >= leastFreeBytes) return [];
  return [{ code: "disk_low", subject, message: `${Math.floor(free / 1024 / 1024)} MiB are free at ${place}` }];
}

async function checkSecrets(dataDir: string): Promise<readonly Finding[]> {
  // Windows has no such modes; its folders in the home belong to their user.
  if (process.platform === "win32") return [];
  const found = await Promise.all([loginFileName, keyFileName].map((name) => checkSecret(join(dataDir, name))));
  return found.filter((finding) => finding !== undefined);
}

async function checkSecret(file: string): Promise<Finding | undefined> {
  const mode = await modeOf(file);
  if (mode === undefined || (mode & 0o077) === 0) return undefined;
  return {
    code: "secrets_exposed",
    subject,
    message: `${file} has mode ${mode.toString(8)}`,
    fix: async () => {
      await chmod(file, 0o600);
      return `Set the mode of ${file} to 600`;
    },
  };
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch {
    // Not there: nothing is exposed. That the folder cannot be read is found elsewhere.
    return undefined;
  }
}
