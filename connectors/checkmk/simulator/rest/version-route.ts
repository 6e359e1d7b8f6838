import type { Route } from "./route.ts";

/** Which Checkmk it is. */
export const versionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/version",
    run: ({ site }) => {
      const { name, version, edition } = site;
      const versions = {
        apache: [2, 4, 57],
        checkmk: `${version}.${edition}`,
        python: "3.12.3",
        mod_wsgi: [4, 9, 4],
        wsgi: [1, 0],
      };
      return {
        status: 200,
        body: { site: name, group: "", rest_api: { revision: "0" }, versions, edition, demo: false },
      };
    },
  },
];
