import { z } from "zod";
import type { RestClient } from "./client.ts";
import { collectionOf } from "./objects.ts";

export const eventStates = ["ok", "warning", "critical", "unknown"] as const;

export type EventState = (typeof eventStates)[number];

/** An event of the event console: of syslog, SNMP traps or log files. Moments are ISO 8601. */
export interface ConsoleEvent {
  readonly id: number;
  readonly site: string;
  readonly host: string;
  readonly application: string;
  readonly text: string;
  readonly state: EventState;
  readonly phase: "open" | "ack";
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly comment: string;
  readonly contact: string;
}

/** Which events: everything that is given must fit. */
export interface EventFilter {
  readonly host?: string | undefined;
  readonly application?: string | undefined;
  /** One of them is its state. */
  readonly states?: readonly EventState[] | undefined;
  readonly phase?: "open" | "ack" | undefined;
  /** Stands in its text, in whatever case. */
  readonly text?: string | undefined;
}

const eventsShape = collectionOf(
  z.object({
    site_id: z.string(),
    host: z.string(),
    application: z.string(),
    text: z.string(),
    state: z.enum(eventStates),
    phase: z.enum(["open", "ack"]),
    count: z.number(),
    first: z.string(),
    last: z.string(),
    comment: z.string().default(""),
    contact: z.string().default(""),
  }),
);

function eventOf({
  id,
  extensions: { site_id: site, ...event },
}: z.output<typeof eventsShape>["value"][number]): ConsoleEvent {
  return { ...event, id: Number(id), site };
}

const list = ["domain-types", "event_console", "collections", "all"];

/** The event console. */
export class EventConsole {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** The events that fit, the newest first. */
  async list({ text, states, ...filter }: EventFilter, signal: AbortSignal): Promise<readonly ConsoleEvent[]> {
    const words = text === undefined ? {} : { query: JSON.stringify(textQuery(text)) };
    // The API takes one state: of several, all events are asked for.
    const state = states?.length === 1 ? { state: states[0] } : {};
    const call = { method: "GET" as const, path: list, query: { ...filter, ...state, ...words } };
    const { value } = await this.#client.read(call, eventsShape, signal);
    const events = value.value.map(eventOf);
    const fitting = states === undefined ? events : events.filter((event) => states.includes(event.state));
    return fitting.toSorted((one, other) => Date.parse(other.last) - Date.parse(one.last));
  }

  /** The events of this number, at one site or at all: each site counts its own. */
  async find(id: number, site: string | undefined, signal: AbortSignal): Promise<readonly ConsoleEvent[]> {
    const number = JSON.stringify({ op: "=", left: "event_id", right: String(id) });
    const query = { query: number, ...(site !== undefined && { site_id: site }) };
    const { value } = await this.#client.read({ method: "GET", path: list, query }, eventsShape, signal);
    return value.value.map(eventOf);
  }

  /** Takes an event on, or gives it up. @throws {CheckmkError} `not_found`. */
  async acknowledge(
    { id, site }: Pick<ConsoleEvent, "id" | "site">,
    {
      phase,
      comment,
      contact,
    }: { readonly phase: "open" | "ack"; readonly comment: string; readonly contact: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const path = ["objects", "event_console", String(id), "actions", "update_and_acknowledge", "invoke"];
    const who = contact === undefined ? {} : { change_contact: contact };
    const body = { site_id: site, phase, change_comment: comment, ...who };
    await this.#client.call({ method: "POST", path, body }, signal);
  }
}

function textQuery(text: string): object {
  return { op: "~~", left: "event_text", right: text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`) };
}
