import { GatewayError } from "../core/errors.ts";
import type { Channel, ChannelEnd, ChannelReceiver, Handed } from "./channel.ts";

/** Two channels joined to each other inside one process: what one sends the other receives, in a later turn. */
export function memoryPair(): readonly [Channel, Channel] {
  const left = new MemoryChannel();
  const right = new MemoryChannel();
  left.join(right);
  right.join(left);
  return [left, right];
}

/** A frame, or what is handed over in its place. */
type Sent = Buffer | Handed;

class MemoryChannel implements Channel {
  /** What one sends the other has. */
  readonly unsentBytes = 0;
  #peer: MemoryChannel | undefined;
  #receiver: ChannelReceiver | undefined;
  #early: Sent[] = [];
  #isOver = false;

  join(peer: MemoryChannel): void {
    this.#peer = peer;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    if (this.#isOver) receiver.ended(closed);
    else for (const sent of this.#early.splice(0)) this.#deliver(sent);
  }

  send(frame: string | Buffer): void {
    this.#pass(typeof frame === "string" ? Buffer.from(frame) : frame);
  }

  readonly hand = (message: Handed): void => {
    this.#pass(message);
  };

  #pass(sent: Sent): void {
    if (this.#isOver) throw new GatewayError("upstream_unavailable", "The in-process connection has ended");
    this.#peer?.receive(sent);
  }

  receive(sent: Sent): void {
    if (this.#receiver === undefined) this.#early.push(sent);
    else this.#deliver(sent);
  }

  close(): Promise<void> {
    this.#end();
    this.#peer?.endByPeer();
    return Promise.resolve();
  }

  endByPeer(): void {
    queueMicrotask(() => {
      this.#end();
    });
  }

  #deliver(sent: Sent): void {
    queueMicrotask(() => {
      const receiver = this.#receiver;
      if (this.#isOver || receiver === undefined) return;
      if (Buffer.isBuffer(sent)) receiver.frame(sent);
      else if (receiver.handed === undefined) receiver.frame(sent.frame());
      else receiver.handed(sent);
    });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#early = [];
    this.#receiver?.ended(closed);
  }
}

const closed: ChannelEnd = { reason: "the in-process connection was closed" };
