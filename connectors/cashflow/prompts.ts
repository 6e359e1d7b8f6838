import type { Prompt } from "switchyard/connector";

const scenario = { name: "scenario", description: "A scenario by name. Default: baseline." };

/** What people ask of a model again and again. */
export const prompts: readonly Prompt[] = [
  {
    name: "review_runway",
    title: "Review the runway",
    description: "How long the cash lasts, how sure that is, and what would help most.",
    arguments: [scenario],
    text: ({ scenario: name = "baseline" }) => `Review how long this company's cash lasts under the scenario "${name}".

1. Call health_score and forecast with 24 months. Say when the cash runs out, or how low it gets and when.
2. Call explain_month for the month with the worst net_cash_flow. Name the three entities that weigh most, with file and line.
3. Call monte_carlo with 5000 iterations. Say how likely ruin is, with its interval, and what drives it.
4. Call tornado on the largest costs and revenues that you found. Where the cash runs out, use break_even or goal_seek on the strongest lever to say how far it must be turned.

End with at most five recommendations, each with its effect in money and months. Give no figure that no tool told you.`,
  },
  {
    name: "prepare_board_report",
    title: "Prepare a board report",
    description: "Figures, risks and decisions for a board meeting, and a page to print.",
    arguments: [
      scenario,
      { name: "months", description: "How many months the report looks ahead. Default: 18." },
      { name: "decisions", description: "What the board is to decide on, in your words." },
    ],
    text: ({ scenario: name = "baseline", months = "18", decisions }) => `Prepare a board report over ${months} months.

1. Call compare_scenarios with "${name}", conservative and optimistic, and kpis for "${name}".
2. Call monte_carlo with 5000 iterations and chart true; take probability of ruin, value at risk and the fan chart.
3. Call health_score; call cap_table where ownership matters.
4. Call report with format html for "${name}".

Write one page: the position in three sentences; a table of the scenarios; risks with likelihood and what drives them; what changed or is due soon.${decisions === undefined ? "" : ` For each of these decisions give options with their effect on cash, by sensitivity or goal_seek: ${decisions}.`} Give no figure that no tool told you.`,
  },
  {
    name: "plan_hire",
    title: "Plan a hire",
    description: "What somebody would cost, when the company can afford them, and the entity to save.",
    arguments: [
      { name: "role", description: "What they are to do.", required: true },
      { name: "salary", description: "A year, in the company's currency.", required: true },
      { name: "start", description: "First day, YYYY-MM-DD.", required: true },
    ],
    text: ({ role = "", salary = "", start = "" }) => `We think of hiring: ${role}, ${salary} a year, from ${start}.

1. Call entity_schema for employee and entities_list of that type; take over what colleagues have in common, such as overhead_multiplier.
2. Call entity_validate with the new employee. Do not save yet.
3. Call forecast and health_score for how things stand without them, and work out from the salary and overhead what changes; then say in which months it would be tight.
4. Show the fields that you would save, and ask before you call entity_save.`,
  },
];
