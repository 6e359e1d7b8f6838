import type { Estate } from "./estate.ts";
import { seededRandom } from "./seeded-random.ts";

/** An event of the simulated event console. Times are in s since 1970. */
export interface SimulatedEvent {
  readonly id: number;
  readonly host: string;
  readonly application: string;
  readonly text: string;
  /** 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN. */
  readonly state: 0 | 1 | 2 | 3;
  readonly phase: "open" | "ack";
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly comment: string;
  readonly contact: string;
}

const messages: readonly (readonly [application: string, state: SimulatedEvent["state"], text: string])[] = [
  ["kernel", 2, "Out of memory: killed process 4711 (java)"],
  ["sshd", 1, "Failed password for invalid user admin from 192.0.2.7 port 50122 ssh2"],
  ["postfix", 1, "warning: connect to transport private/smtp: Connection refused"],
  ["snmptrapd", 2, "linkDown: interface GigabitEthernet0/7 is down"],
  ["cron", 0, "(root) CMD (run-parts /etc/cron.hourly)"],
];

/** The event console of a simulated site. */
export class ConsoleEvents {
  readonly #events = new Map<number, SimulatedEvent>();

  /** Begins with an event for each tenth host, and at least one. */
  constructor(estate: Estate, seed: number) {
    const random = seededRandom(seed + 2);
    const now = estate.now();
    for (const [at, { name }] of [...estate.hosts.values()].entries()) {
      const message = messages[Math.floor(at / 10) % messages.length];
      if (at % 10 !== 0 || message === undefined) continue;
      const [application, state, text] = message;
      const first = now - Math.floor(random() * 86_400);
      const words = { host: name, application, text, state, phase: "open" as const, comment: "", contact: "" };
      this.put({
        ...words,
        id: at / 10 + 1,
        count: 1 + Math.floor(random() * 20),
        first,
        last: first + Math.floor(random() * (now - first)),
      });
    }
  }

  get all(): readonly SimulatedEvent[] {
    return [...this.#events.values()];
  }

  find(id: number): SimulatedEvent | undefined {
    return this.#events.get(id);
  }

  /** Puts an event in, or in the place of its former self. */
  put(event: SimulatedEvent): void {
    this.#events.set(event.id, event);
  }

  remove(id: number): void {
    this.#events.delete(id);
  }
}
