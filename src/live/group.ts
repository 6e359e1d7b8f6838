import type { EventLog } from "../events/event-log.ts";
import type { Event } from "../events/fact.ts";
import type { Audience } from "./audience.ts";
import type { Encoding, Frames } from "./envelope.ts";
import type { Topic } from "./topic.ts";
import type { Message } from "./translate.ts";

/** Events that one piece is made of, and bytes after which it ends. */
const maxPieceEvents = 512;
const maxPieceBytes = 16 * 1024;

/** What comes after a cursor, ready to be sent. */
export interface Piece {
  /** Nothing where all of it was for others. */
  readonly bytes: Buffer | undefined;
  /** The cursor afterwards. */
  readonly to: number;
}

/** What those read from who read the same. */
export interface Source {
  readonly log: EventLog;
  readonly frames: Frames;
  /** Whether a later message took this one's place. */
  isReplaced(message: Message, seq: number): boolean;
}

/** What all are told who are told the same in the same form: made once for all of them. */
export interface Reading {
  readonly key: string;
  readonly topics: ReadonlySet<Topic>;
  readonly audience: Audience;
  readonly filter: ((message: Message) => boolean) | undefined;
  readonly encoding: Encoding;
}

/** Those who read the same. */
export class Group {
  readonly reading: Reading;
  readonly #source: Source;
  /** How many they are. */
  size = 0;
  #last: { readonly from: number; readonly until: number; readonly piece: Piece } | undefined;

  constructor(reading: Reading, source: Source) {
    this.reading = reading;
    this.#source = source;
  }

  /** What comes after the event of this number, up to another; those who keep up share it. */
  after(from: number, until: number): Piece {
    if (this.#last?.from === from && this.#last.until === until) return this.#last.piece;
    const piece = this.#make(from, until);
    this.#last = { from, until, piece };
    return piece;
  }

  #make(from: number, until: number): Piece {
    const { frames, log } = this.#source;
    const events = log.read(from, maxPieceEvents).filter(({ seq }) => seq <= until);
    const parts: Buffer[] = [];
    let bytes = 0;
    for (const event of events) {
      const messages = frames.messages(event);
      for (const [place, message] of messages.entries()) {
        if (!this.wants(event, message)) continue;
        const frame = frames.of(event, place, this.reading.audience.isOperator, this.reading.encoding);
        parts.push(frame);
        bytes += frame.length;
      }
      if (bytes >= maxPieceBytes) return { bytes: joined(parts, bytes), to: event.seq };
    }
    const to = events.length < maxPieceEvents ? until : (events.at(-1)?.seq ?? until);
    return { bytes: parts.length === 0 ? undefined : joined(parts, bytes), to };
  }

  /** Whether this is sent to them. */
  wants(event: Event, message: Message): boolean {
    const { topics, audience, filter } = this.reading;
    if (!topics.has(message.topic) || !audience.has(message)) return false;
    return filter?.(message) !== false && !this.#source.isReplaced(message, event.seq);
  }
}

/** In memory of its own: as a part of a shared block, what waits for a reader that does not read would keep all of the block. */
function joined(parts: readonly Buffer[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const part of parts) at += part.copy(whole, at);
  return whole;
}
