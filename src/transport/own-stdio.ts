import { GatewayError } from "../core/errors.ts";
import { type Channel, type ChannelReceiver, maxUnsentBytes } from "./channel.ts";
import { LineReader } from "./lines.ts";

/** The two streams of a process that is itself the server: its standard input and output. */
export interface OwnStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & { readonly writableLength: number };
}

/**
 * This process's own stdio as a channel: for being started by an MCP client. It is over when the input ends.
 *
 * @see MCP 2026-07-28, basic/transports/stdio.
 */
export function ownStdio({ input, output }: OwnStreams): Channel {
  let receiver: ChannelReceiver | undefined;
  let isOver = false;
  const end = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    receiver?.ended({ reason });
  };
  const reader = new LineReader({
    line: (line) => receiver?.frame(line),
    tooLong: (limit) => receiver?.noise(`dropped a line of more than ${limit} bytes`),
  });
  return {
    start(to) {
      receiver = to;
      output.on("error", (error: Error) => {
        end(`writing failed: ${error.message}`);
      });
      input.on("data", (chunk: Buffer) => {
        reader.push(chunk);
      });
      input.on("end", () => {
        reader.end();
        end("the input ended");
      });
    },
    send(frame) {
      if (isOver) return;
      if (output.writableLength > maxUnsentBytes) {
        end(`the client left more than ${maxUnsentBytes} bytes unread`);
        throw new GatewayError("upstream_unavailable", "The client does not read its input");
      }
      output.write(Buffer.concat([Buffer.from(frame), lineEnd]));
    },
    close() {
      end("closed");
      return Promise.resolve();
    },
  };
}

const lineEnd = Buffer.from("\n");
