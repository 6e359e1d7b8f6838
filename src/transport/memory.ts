import { GatewayError } from "../core/errors.ts";
import type { Channel, ChannelEnd, ChannelReceiver } from "./channel.ts";

/** Two channels joined to each other inside one process: what one sends the other receives, in a later turn. */
export function memoryPair(): readonly [Channel, Channel] {
  const left = new MemoryChannel();
  const right = new MemoryChannel();
  left.join(right);
  right.join(left);
  return [left, right];
}

class MemoryChannel implements Channel {
  /** What one sends the other has. */
  readonly unsentBytes = 0;
  #peer: MemoryChannel | undefined;
  #receiver: ChannelReceiver | undefined;
  #early: Buffer[] = [];
  #isOver = false;

  join(peer: MemoryChannel): void {
    this.#peer = peer;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    if (this.#isOver) receiver.ended(closed);
    else for (const frame of this.#early.splice(0)) this.#deliver(frame);
  }

  send(frame: string | Buffer): void {
    if (this.#isOver) throw new GatewayError("upstream_unavailable", "The in-process connection has ended");
    this.#peer?.receive(typeof frame === "string" ? Buffer.from(frame) : frame);
  }

  receive(frame: Buffer): void {
    if (this.#receiver === undefined) this.#early.push(frame);
    else this.#deliver(frame);
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

  #deliver(frame: Buffer): void {
    queueMicrotask(() => {
      if (!this.#isOver) this.#receiver?.frame(frame);
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
