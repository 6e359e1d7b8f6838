import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type Desk, answer } from "../desk/desk.ts";

/** A tool that is configured: a method of the site, offered under a name. */
export const customSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  description: z.string().min(1).max(2000).describe("What it does and when to use it: written for a model."),
  method: z
    .string()
    .regex(/^[\w.]+$/)
    .describe("A method of the site that is open to callers, such as my_app.api.close_month."),
  readOnly: z.boolean().default(false).describe("It changes nothing."),
  parameters: z
    .record(
      z.string(),
      z.strictObject({
        type: z.enum(["string", "number", "boolean", "object", "array"]),
        description: z.string().optional(),
        required: z.boolean().default(false),
      }),
    )
    .default({}),
});

type Custom = z.output<typeof customSchema>;

/** A tool of the configuration. */
export function customTool(desk: Desk, { name, description, method, readOnly, parameters }: Custom): Tool {
  return tool({
    name,
    description,
    input: z.strictObject(
      Object.fromEntries(Object.entries(parameters).map(([key, each]) => [key, parameterOf(each)])),
    ),
    output: z.object({ value: z.unknown().optional(), messages: z.array(z.string()) }),
    annotations: { readOnlyHint: readOnly, openWorldHint: true },
    run: async (args, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const { value, messages } = await visitor.client.call(method, args, readOnly ? { verb: "GET" } : {}, signal);
      // Nobody knows what a method changes, or of which documents its answer is made.
      if (!readOnly) desk.changed(["doctype:*"]);
      return answer(
        visitor,
        { ...(value !== undefined && { value: desk.masks.value(value) }), messages: [...messages] },
        ["doctype:*"],
      );
    },
  });
}

function parameterOf({ type, description, required }: Custom["parameters"][string]): z.ZodType {
  const plain = {
    string: z.string(),
    number: z.number(),
    boolean: z.boolean(),
    object: z.record(z.string(), z.unknown()),
    array: z.array(z.unknown()),
  }[type];
  const described = description === undefined ? plain : plain.describe(description);
  return required ? described : described.optional();
}
