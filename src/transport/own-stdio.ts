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
  let over: string | undefined;
  const end = (reason: string): void => {
    if (over !== undefined) return;
    over = reason;
    input.pause();
    receiver?.ended({ reason });
  };
  const reader = new LineReader({
    line: (line) => {
      if (over === undefined) receiver?.frame(line);
    },
    tooLong: (limit) => receiver?.noise(`dropped a line of more than ${limit} bytes`),
  });
  return {
    start(to) {
      receiver = to;
      if (over === undefined) listen(input, output, reader, end);
      else receiver.ended({ reason: over });
    },
    send(frame) {
      if (over !== undefined) throw new GatewayError("upstream_unavailable", "The connection to the client has ended");
      if (output.writableLength > maxUnsentBytes) {
        end(`the client left more than ${maxUnsentBytes} bytes unread`);
        throw new GatewayError("upstream_unavailable", "The client does not read its input");
      }
      output.write(Buffer.concat([Buffer.from(frame), lineEnd]));
    },
    get unsentBytes() {
      return output.writableLength;
    },
    close() {
      end("closed");
      return Promise.resolve();
    },
  };
}

function listen(
  input: OwnStreams["input"],
  output: OwnStreams["output"],
  reader: LineReader,
  end: (reason: string) => void,
): void {
  output.on("error", (error: Error) => {
    end(`writing failed: ${error.message}`);
  });
  input.on("error", (error: Error) => {
    end(`reading failed: ${error.message}`);
  });
  input.on("data", (chunk: Buffer) => {
    reader.push(chunk);
  });
  input.on("end", () => {
    reader.end();
    end("the input ended");
  });
  input.on("close", () => {
    end("the input was closed");
  });
}

const lineEnd = Buffer.from("\n");
