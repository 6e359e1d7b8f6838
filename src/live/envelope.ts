import type { EventLog } from "../events/event-log.ts";
import type { Event } from "../events/fact.ts";
import type { ControlData, ControlType } from "./controls.ts";
import { type Message, messagesOf } from "./translate.ts";

/** How messages are put on one kind of connection. */
export interface Encoding {
  readonly name: "websocket" | "sse";
  /** `id` is also in the text; undefined where the message has none. */
  encode(text: string, type: string, id: string | undefined): Buffer;
}

/** The id of an event's message: which log, and which event. Everything up to it has been told. */
export function idOf({ epoch, base }: EventLog, seq: number): string {
  return `${epoch}-${base + seq}`;
}

/** What an id says; undefined where it is none. */
export function readId(id: string): { readonly epoch: string; readonly number: number } | undefined {
  const [, epoch, number] = /^([0-9a-z]{1,32})-(\d{1,15})$/.exec(id) ?? [];
  return epoch === undefined ? undefined : { epoch, number: Number(number) };
}

/** A message as text: with an id only where it is the last of its event, as an id says that everything up to it has been told. */
export function messageText({ type, topic, data, plain }: Message, at: number, isFull: boolean, id?: string): string {
  const timestamp = new Date(at).toISOString();
  return JSON.stringify({ id, type, topic, timestamp, data: isFull ? data : (plain ?? data) });
}

/** What is sent besides, as text. */
export function controlText<T extends ControlType>(type: T, data: ControlData<T>, at: number, id?: string): string {
  return JSON.stringify({ id, type, timestamp: new Date(at).toISOString(), data });
}

/** What is told of one event. */
interface Told {
  readonly messages: readonly Message[];
  readonly frames: Map<string, Buffer>;
}

/** What is told of events, made once for everybody who is told the same, and kept as long as the event is. */
export class Frames {
  readonly #kept = new WeakMap<Event, Told>();
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** The messages that tell of an event. */
  messages(event: Event): readonly Message[] {
    return this.#toldOf(event).messages;
  }

  /** The message at this place among those of its event, as it is sent. */
  of(event: Event, place: number, isOperator: boolean, encoding: Encoding): Buffer {
    const { messages, frames } = this.#toldOf(event);
    const message = messages[place];
    if (message === undefined) throw new RangeError(`There is no message ${place}`);
    const isFull = isOperator || message.plain === undefined;
    const key = `${encoding.name}${place}${isFull ? "full" : "plain"}`;
    const known = frames.get(key);
    if (known !== undefined) return known;
    const id = place === messages.length - 1 ? idOf(this.#log, event.seq) : undefined;
    const made = encoding.encode(messageText(message, event.at, isFull, id), message.type, id);
    frames.set(key, made);
    return made;
  }

  #toldOf(event: Event): Told {
    const known = this.#kept.get(event);
    if (known !== undefined) return known;
    const told = { messages: messagesOf(event), frames: new Map<string, Buffer>() };
    this.#kept.set(event, told);
    return told;
  }
}
