import { type ChildProcess, spawn } from "node:child_process";

/*
 * A server that ignores the end of its input would outlive a gateway that was killed outright, since nothing of the gateway runs then.
 * So a shell of about one megabyte stands beside it in a group of its own, is told each child's group, and reads until its input ends,
 * which the kernel sees to however the gateway dies. Then it ends the groups that are left. No "--" stands before them: dash, which is
 * /bin/sh on Debian and Ubuntu, takes it for a process.
 */
const script = `
groups=""
while read -r what group; do
  case $what in
    add) groups="$groups $group" ;;
    remove) kept=""; for g in $groups; do [ "$g" = "$group" ] || kept="$kept $g"; done; groups=$kept ;;
  esac
done
[ -n "$groups" ] || exit 0
for g in $groups; do kill -TERM "-$g" 2>/dev/null; done
sleep 1
for g in $groups; do kill -KILL "-$g" 2>/dev/null; done
`;

/** Sees to it that the children's process groups end with this process, even where it is killed outright. POSIX only. */
export class Guardian {
  #shell: ChildProcess | undefined;

  /** Watches a group from now on. Starts the shell the first time. */
  add(group: number): void {
    if (process.platform === "win32") return;
    this.#shell ??= this.#start();
    this.#shell.stdin?.write(`add ${group}\n`);
  }

  /** Forgets a group, which has ended. */
  remove(group: number): void {
    this.#shell?.stdin?.write(`remove ${group}\n`);
  }

  /** Ends the shell; groups it still knows are ended by it. Safe to call twice. */
  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell === undefined) return;
    await new Promise<void>((resolve) => {
      if (shell.exitCode !== null || shell.signalCode !== null) {
        resolve();
        return;
      }
      shell.once("exit", () => {
        resolve();
      });
      shell.ref();
      shell.stdin?.end();
    });
  }

  #start(): ChildProcess {
    const shell = spawn("/bin/sh", ["-c", script], {
      // Without our own mark: where this gateway is the child of another, its end must leave the shell at its work.
      env: { PATH: process.env["PATH"] ?? "/bin:/usr/bin" },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    shell.unref();
    shell.on("error", ignore);
    shell.stdin?.on("error", ignore);
    return shell;
  }
}

function ignore(): void {
  // Without a shell the children still end with every stop and signal that this process sees; only an outright kill is unguarded.
}
