import { type FigureProfile, lower, plain, tableHandler, upper } from "./table-handler.ts";

function profileOf(
  name: string,
  words: readonly string[],
  given: {
    readonly port?: number;
    readonly timeout: number;
    readonly response: readonly [number, number];
    readonly more?: FigureProfile["figures"];
  },
): FigureProfile {
  const { port, timeout, response, more } = given;
  return {
    name,
    words,
    figures: {
      ...(port !== undefined && { port: plain(port, "", 1, 65_535) }),
      timeout: plain(timeout, "s", 1, 300),
      response_time: upper(response[0], response[1], "s"),
      ...more,
    },
  };
}

/** Services that are asked over the network, by active checks. */
export const networkServices = tableHandler({
  name: "network_services",
  title: "Network services",
  priority: 80,
  profiles: [
    profileOf("tcp", [], { timeout: 10, response: [0.5, 1] }),
    profileOf("https", ["https", "tls", "ssl", "certificate"], {
      port: 443,
      timeout: 15,
      response: [2, 5],
      more: { certificate_days: lower(30, 7, "days left"), minimum_tls: plain("1.2", "TLS version") },
    }),
    profileOf("http", ["http", "web", "url"], { port: 80, timeout: 10, response: [1, 2] }),
    profileOf("dns", ["dns", "resolver"], { port: 53, timeout: 10, response: [0.1, 0.5] }),
    profileOf("ssh", ["ssh"], { port: 22, timeout: 10, response: [1, 3] }),
    profileOf("smtp", ["smtp", "mail"], {
      port: 25,
      timeout: 15,
      response: [2, 5],
      more: { expected_code: plain(220, "", 100, 599) },
    }),
    profileOf("ftp", ["ftp"], { port: 21, timeout: 15, response: [2, 5] }),
  ],
  handles: (service, ruleset) =>
    (ruleset !== undefined && /^active_checks:(?:http|httpv2|tcp|dns|ssh|smtp|ftp|cert)$/.test(ruleset)) ||
    /\b(?:https?|tcp port|dns|ssh|smtp|ftp|url|tls|ssl|certificate)\b/i.test(service),
});
