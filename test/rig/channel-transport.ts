import type { Channel } from "../../src/transport/channel.ts";

/**
 * A channel as the SDKs' transports are: for servers and clients of theirs inside this process.
 *
 * `Message` is the SDK's own type of a message.
 */
export class ChannelTransport<Message> {
  onmessage?: (message: Message) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #channel: Channel;
  readonly #parse: (text: string) => Message;

  constructor(channel: Channel, parse: (text: string) => Message) {
    this.#channel = channel;
    this.#parse = parse;
  }

  start(): Promise<void> {
    this.#channel.start({
      frame: (frame) => this.onmessage?.(this.#parse(frame.toString())),
      noise: () => undefined,
      ended: () => this.onclose?.(),
    });
    return Promise.resolve();
  }

  send(message: Message): Promise<void> {
    this.#channel.send(JSON.stringify(message));
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#channel.close();
  }
}
