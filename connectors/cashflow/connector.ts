import { resolve } from "node:path";
import { ToolFailure, defineConnector } from "switchyard/connector";
import { z } from "zod";
import { CashflowError } from "./cashflow-error.ts";
import { type ChangeListener, LiveModel } from "./live-model.ts";
import { prompts } from "./prompts.ts";
import { fileUri, findingsUri, resourcesOf } from "./resources.ts";
import { toolsFor } from "./tools/all.ts";

/** A company's cash flow from a folder of YAML files, as tools, resources and prompts. */
export const connector = defineConnector({
  name: "cashflow",
  title: "Cash flow",
  version: "0.1.0",
  instructions:
    "A company's cash flow, computed from YAML files: scenarios_list says which company and scenarios, entities_list what it is made of. Money is in units of the company's currency, months are YYYY-MM. Every figure of a forecast can be asked for its parts with explain_month. Before entity_save, read entity_schema.",
  config: z.object({
    dir: z
      .string()
      .min(1)
      .describe("The folder with company.yaml, the entities and scenarios; relative to the configuration's file."),
  }),
  setup: async ({ dir }, { folder, offer, changed, resourceChanged }) => {
    const live = await opened(resolve(folder, dir), ({ files, uses, problems }) => {
      changed(uses, problems);
      offer({ tools, prompts, resources: resourcesOf(live) });
      resourceChanged(findingsUri(live));
      for (const name of files) resourceChanged(fileUri(live, name));
    });
    const tools = toolsFor(live, () => new Date().toISOString().slice(0, 10));
    return { tools, prompts, resources: resourcesOf(live), close: () => live.close() };
  },
});

async function opened(folder: string, onChange: ChangeListener): Promise<LiveModel> {
  try {
    return await LiveModel.open(folder, onChange);
  } catch (thrown) {
    if (!(thrown instanceof CashflowError)) throw thrown;
    throw new ToolFailure(`${thrown.message} dir must be a folder with a company.yaml.`, { cause: thrown });
  }
}
