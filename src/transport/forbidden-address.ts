import { lookup as lookUp } from "node:dns";
import { BlockList, type LookupFunction, isIP } from "node:net";
import { GatewayError } from "../core/errors.ts";

/**
 * Where no MCP server is, but clouds tell a machine what it may do: whoever could point the gateway there would read that. Link-local addresses
 * (RFC 3927; RFC 4291, 2.5.6), and those that some clouds use instead.
 */
const forbidden = new BlockList();
forbidden.addSubnet("169.254.0.0", 16, "ipv4");
forbidden.addAddress("100.100.100.200", "ipv4");
forbidden.addSubnet("fe80::", 10, "ipv6");
forbidden.addAddress("fd00:ec2::254", "ipv6");

/** What is wrong with connecting to this host, as a URL has it; undefined where nothing is known to be: of a name, when it has been looked up. */
export function hostProblem(hostname: string): GatewayError | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  return isForbidden(address) ? problemOf(address) : undefined;
}

function isForbidden(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && forbidden.check(address, family === 4 ? "ipv4" : "ipv6");
}

function problemOf(address: string): GatewayError {
  return new GatewayError(
    "upstream_misconfigured",
    `The gateway connects to no link-local address such as ${address}`,
    {
      data: {
        stage: "connect",
        suggestion:
          "There are no MCP servers at such addresses, but clouds tell there what a machine may do. Correct `url`.",
      },
    },
  );
}

/** Looks names up as Node does, and refuses those that lead to a forbidden address: whatever they led to a moment ago. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, options, (error, address, family) => {
    if (error !== null) {
      callback(error, address, family);
      return;
    }
    const found = typeof address === "string" ? [address] : address.map((each) => each.address);
    const wrong = found.find(isForbidden);
    if (wrong === undefined) callback(error, address, family);
    else callback(problemOf(wrong), address, family);
  });
};
