import type { Notification } from "../../protocol/call.ts";
import type { Session } from "../session.ts";

/** Sends a notification to a downstream. */
type Notify = (notification: Notification) => void;

/**
 * The way of what accompanies a legacy caller's task: by a request about it while one is open, else by the session's own stream, if there
 * is one.
 *
 * @see MCP 2025-11-25, basic/utilities/tasks, Input Required Status (messages may come on any stream).
 */
export class TaskWay {
  readonly #session: Session | undefined;
  readonly #open = new Set<Notify>();

  constructor(session: Session | undefined) {
    this.#session = session;
  }

  readonly tell: Notify = (notification) => {
    const [open] = this.#open;
    if (open === undefined) this.#session?.tell(notification);
    else open(notification);
  };

  /** A request about the task is open while `run` goes on. */
  async during<T>(notify: Notify, run: () => Promise<T>): Promise<T> {
    this.#open.add(notify);
    try {
      return await run();
    } finally {
      this.#open.delete(notify);
    }
  }
}
