import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where a site's Livestatus listens: a Unix socket, or a port, with TLS or without. */
export type Address =
  | { readonly socket: string }
  | {
      readonly host: string;
      readonly port: number;
      /** With what its certificate, which is always checked, is checked: without `ca`, a PEM, by what is known everywhere; without `serverName` for `host`. */
      readonly tls: false | { readonly ca?: string; readonly serverName?: string };
    };

/** The address for people. */
export function shownAddress(address: Address): string {
  return "socket" in address ? address.socket : `${address.host}:${address.port}`;
}

/** Bytes that are read from a socket at once. */
const readBytes = 64 * 1024;

/**
 * Begins to connect. `onOpen` is called once it may be written to, with TLS once that is agreed on; `onRead` with what comes, which may be something
 * else once that returns. Without it, the socket is read as any other.
 */
export function openSocket(address: Address, onOpen: () => void, onRead?: (bytes: Buffer) => void): Socket {
  if ("socket" in address) return connectTcp({ path: address.socket, ...intoOne(onRead) }, onOpen);
  const { host, port, tls } = address;
  if (tls === false) return connectTcp({ host, port, noDelay: true, ...intoOne(onRead) }, onOpen);
  const { ca, serverName = host } = tls;
  // An address is no name, and must not be sent as one (RFC 6066, section 3).
  const isName = !/^[\d.]+$|:/.test(serverName);
  const options = { host, port, ...(isName && { servername: serverName }), ...(ca !== undefined && { ca }) };
  const socket = connectTls(options, onOpen).setNoDelay();
  return onRead === undefined ? socket : socket.on("data", onRead);
}

/** Has everything that a socket brings read into one piece of memory, rather than into new memory each time. */
function intoOne(onRead: ((bytes: Buffer) => void) | undefined): Pick<TcpNetConnectOpts, "onread"> {
  if (onRead === undefined) return {};
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const callback = (bytes: number): boolean => {
    onRead(buffer.subarray(0, bytes));
    return true;
  };
  return { onread: { buffer, callback } };
}
