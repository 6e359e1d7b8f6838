import { connect as connectTcp, type Socket } from "node:net";
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

/** Begins to connect. `onOpen` is called once it may be written to, with TLS once that is agreed on. */
export function openSocket(address: Address, onOpen: () => void): Socket {
  if ("socket" in address) return connectTcp({ path: address.socket }, onOpen);
  const { host, port, tls } = address;
  if (tls === false) return connectTcp({ host, port, noDelay: true }, onOpen);
  const { ca, serverName = host } = tls;
  // An address is no name, and must not be sent as one (RFC 6066, section 3).
  const isName = !/^[\d.]+$|:/.test(serverName);
  const options = { host, port, ...(isName && { servername: serverName }), ...(ca !== undefined && { ca }) };
  return connectTls(options, onOpen).setNoDelay();
}
