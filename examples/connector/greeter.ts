import { ToolFailure, defineConnector, tool } from "switchyard/connector";
import { z } from "zod";

export const connector = defineConnector({
  name: "greeter",
  version: "0.1.0",
  config: z.object({ greeting: z.string().default("Hello").describe("What everybody is greeted with.") }),
  setup({ greeting }) {
    const greet = tool({
      name: "greet",
      description: "Greets somebody by name.",
      input: z.object({ name: z.string().describe("Who is greeted.") }),
      output: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true },
      run: ({ name }) => {
        if (name.trim() === "") throw new ToolFailure("name is empty; say who is to be greeted.");
        return { structured: { text: `${greeting}, ${name}.` } };
      },
    });
    return { tools: [greet] };
  },
});
