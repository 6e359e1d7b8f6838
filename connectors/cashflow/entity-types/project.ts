import { z } from "zod";
import { amounts, baseFields, broken, date, money, paymentTermsDays, share } from "./fields.ts";

/** Work with a budget for what is bought from outside: the people on it are paid as employees. */
export const project = z
  .looseObject({
    type: z.literal("project"),
    ...baseFields,
    total_budget: money,
    milestones: z
      .array(
        z.looseObject({
          name: z.string().optional(),
          date: date.optional(),
          amount: money.optional(),
          completed_date: date.optional(),
        }),
      )
      .optional(),
    /** Names of employees. */
    team_members: z.array(z.string()).optional(),
    status: z.enum(["planned", "active", "on-hold", "completed", "cancelled"]).optional(),
    budget_categories: amounts.optional(),
    /** Share of the work that is done. */
    completion: share.optional(),
    payment_terms_days: paymentTermsDays.optional(),
  })
  .superRefine((value, context) => {
    const isStopped = value.status === "on-hold" || value.status === "cancelled";
    if (value.end_date !== undefined || value.total_budget === 0 || isStopped) return;
    const issue = broken(
      "project_end",
      "A budget without an end_date cannot be spread over months.",
      "Write end_date.",
    );
    context.addIssue({ ...issue, path: ["total_budget"] });
  });
