import type { Clock } from "../core/clock.ts";

/** What kind of connection: MCP over WebSocket, or the live stream over one or as server-sent events. */
export type ConnectionKind = "mcp_websocket" | "live_websocket" | "live_sse";

/** Somebody who is connected. */
export interface Connection {
  readonly id: string;
  readonly kind: ConnectionKind;
  /** Id of whose it is. */
  readonly principal: string;
  readonly address: string | undefined;
  /** Wall time in ms. */
  readonly since: number;
}

/** What is needed to take note of one. `end` ends it, as where its key is no longer valid. */
export interface NewConnection extends Omit<Connection, "id" | "since"> {
  readonly end: () => void;
}

/** Those who are connected to one server, to be looked at and sent away. As many as there are connections, which have their own bounds. */
export class Connections {
  readonly #clock: Clock;
  readonly #open = new Map<string, NewConnection & Connection>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of one; what is returned is to be called when it is gone. Safe to call twice. */
  add(connection: NewConnection): () => void {
    this.#count += 1;
    const id = `c${this.#count}`;
    this.#open.set(id, { ...connection, id, since: this.#clock.now() });
    return () => {
      this.#open.delete(id);
    };
  }

  get size(): number {
    return this.#open.size;
  }

  /** In the order in which they came. */
  list(): Connection[] {
    return [...this.#open.values()].map(({ id, kind, principal, address, since }) => {
      return { id, kind, principal, address, since };
    });
  }

  /** Ends one; false where there is none of this id. */
  end(id: string): boolean {
    const found = this.#open.get(id);
    found?.end();
    return found !== undefined;
  }
}
