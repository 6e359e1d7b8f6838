import { defineConnector, tool } from "switchyard/connector";
import { z } from "zod";

/** A connector that takes what is posted with the header `x-token: right`, and tells what came; its tool is expected to be quick. */
export const connector = defineConnector({
  name: "hooked",
  config: z.object({}),
  setup: () => {
    const bodies: string[] = [];
    const headers: string[][] = [];
    const seen = tool({
      name: "seen",
      description: "What was posted.",
      input: z.object({}),
      output: z.object({ bodies: z.array(z.string()), headers: z.array(z.array(z.string())) }),
      annotations: { readOnlyHint: true },
      withinMs: 250,
      run: () => ({ structured: { bodies, headers } }),
    });
    return {
      tools: [seen],
      hook: {
        headers: ["X-Token"],
        isGenuine: (request) => request.headers["x-token"] === "right",
        take: (request) => {
          bodies.push(request.body.toString("hex"));
          headers.push(Object.keys(request.headers));
        },
      },
    };
  },
});
