const object = { type: "object" } as const;
const jobId = { type: "string", description: "The id of a job, as jobs_submit and jobs_list give it." } as const;
const reads = { readOnlyHint: true, openWorldHint: false } as const;

function limit(usual: number) {
  return { type: "integer", minimum: 1, maximum: 200, default: usual } as const;
}

const operation = {
  ...object,
  properties: {
    tool: { type: "string", description: "The tool's name, as it is listed here." },
    arguments: {
      ...object,
      description:
        'May hold {"$from": "ID", "pointer": "/structuredContent/…"} in place of a value: that part of the result of the operation of that id, which is then made first.',
    },
    id: { type: "string", description: "A name for other operations to refer to. Default: its place, from 1." },
    dependsOn: { type: "array", items: { type: "string" }, description: "Ids of those that must have succeeded." },
    idempotencyKey: {
      type: "string",
      description: "With it the call may be made again when nobody knows what became of it.",
    },
  },
  required: ["tool"],
  additionalProperties: false,
} as const;

const each = {
  ...object,
  description:
    "In place of operations: a tool that reads and answers page by page. Each of its rows makes an operation of template. Pages are read while the job goes on.",
  properties: {
    tool: { type: "string", description: "The tool's name, as it is listed here. It must only read." },
    arguments: { ...object, description: "For the first page; the cursor is added for the others." },
    rows: {
      type: "string",
      description: "Where a result has the rows, which are objects: a JSON Pointer, /structuredContent/services.",
    },
    next: {
      type: "string",
      default: "/structuredContent/next_cursor",
      description: "Where a result says from where the next page goes on.",
    },
    cursor: { type: "string", default: "cursor", description: "The argument that takes that." },
  },
  required: ["tool", "rows"],
  additionalProperties: false,
} as const;

const template = {
  ...operation,
  description:
    'With each: one operation. {{member}} in its texts stands for that member of the row; {{member:number}}, {{member:boolean}} and {{member:json}} alone in a text for its value; {"$from": "row", "pointer": "/…"} for any part of the row. An idempotencyKey such as close-{{id}} keeps a row from being done twice.',
} as const;

/** The tools of the gateway for jobs, as they are listed. */
export const toolDefinitions = {
  jobs_submit: {
    name: "jobs_submit",
    title: "Submit a job",
    description:
      "Has many tool calls made in the background, also while you are away, and returns at once with a jobId. All are checked before any is made. Ask jobs_status how far it is or jobs_wait until it is over, and jobs_results for what came out.",
    inputSchema: {
      ...object,
      properties: {
        operations: { type: "array", items: operation, minItems: 1, description: "The calls to make." },
        each,
        template,
        parallel: { type: "integer", minimum: 1, maximum: 50, default: 3, description: "Calls under way at once." },
        perSecond: { type: "number", exclusiveMinimum: 0, description: "Calls that may begin in a second." },
        retries: {
          type: "integer",
          minimum: 0,
          maximum: 10,
          default: 0,
          description: "Further attempts where the error may pass and another does no harm.",
        },
        timeoutMs: { type: "integer", minimum: 1, description: "Longest time of one attempt, in ms." },
        priority: { type: "integer", minimum: -100, maximum: 100, default: 0 },
        onError: { enum: ["continue", "stop"], default: "continue", description: "What a failure means for the rest." },
        dryRun: {
          type: "integer",
          minimum: 0,
          description: "Make only the first so many, then pause until a person resumes the job.",
        },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, idempotentHint: false },
  },
  jobs_status: {
    name: "jobs_status",
    title: "How a job stands",
    description: "Says how a job stands: its status, counts, rate and the time it will still take.",
    inputSchema: { ...object, properties: { jobId }, required: ["jobId"], additionalProperties: false },
    annotations: reads,
  },
  jobs_wait: {
    name: "jobs_wait",
    title: "Wait for a job",
    description:
      "Waits until a job is over, or for so many seconds, and says how it stands then; tells of progress meanwhile. The job goes on whether or not somebody waits.",
    inputSchema: {
      ...object,
      properties: { jobId, seconds: { type: "integer", minimum: 1, maximum: 3600, default: 60 } },
      required: ["jobId"],
      additionalProperties: false,
    },
    annotations: reads,
  },
  jobs_results: {
    name: "jobs_results",
    title: "Results of a job",
    description:
      "Gives what became of the operations that have ended, in their order; where there are more, next says from which number to go on.",
    inputSchema: {
      ...object,
      properties: {
        jobId,
        from: { type: "integer", minimum: 0, default: 0, description: "Number of the first one that is wanted." },
        limit: limit(50),
        failedOnly: { type: "boolean", default: false },
      },
      required: ["jobId"],
      additionalProperties: false,
    },
    annotations: reads,
  },
  jobs_list: {
    name: "jobs_list",
    title: "Your jobs",
    description: "Lists your jobs, the latest first.",
    inputSchema: { ...object, properties: { limit: limit(20) }, additionalProperties: false },
    annotations: reads,
  },
  jobs_cancel: {
    name: "jobs_cancel",
    title: "Cancel a job",
    description: "Ends a job: what is under way is aborted, nothing more begins. What was done stays done.",
    inputSchema: { ...object, properties: { jobId }, required: ["jobId"], additionalProperties: false },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  },
} as const;

export type ToolName = keyof typeof toolDefinitions;
