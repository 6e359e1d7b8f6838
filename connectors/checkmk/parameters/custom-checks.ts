import { plain, tableHandler } from "./table-handler.ts";

const timeout = (seconds: number) => plain(seconds, "s", 1, 3600);

/** Checks that the site's own people wrote. */
export const customChecks = tableHandler({
  name: "custom_checks",
  title: "Checks of your own",
  priority: 50,
  profiles: [
    { name: "local", words: ["local"], figures: { timeout: timeout(60) } },
    { name: "mrpe", words: ["mrpe"], figures: { timeout: timeout(60), retries: plain(3, "attempts", 0, 10) } },
    { name: "script", words: ["script", ".sh", ".py", ".ps1"], figures: { timeout: timeout(60) } },
    {
      name: "nagios_plugin",
      words: ["check_", "nagios"],
      figures: { timeout: timeout(30), worst_state: plain(3, "0 OK, 1 warning, 2 critical, 3 unknown", 0, 3) },
    },
  ],
  handles: (service, ruleset) =>
    (ruleset !== undefined && /^(?:custom_checks|checkgroup_parameters:(?:local|mrpe))$/.test(ruleset)) ||
    // `Check_MK` and its own services are none.
    /\b(?:local|mrpe|script|custom|nagios)\b|\.(?:sh|py|ps1)\b|\bcheck_(?!mk\b)\w+/i.test(service),
});
