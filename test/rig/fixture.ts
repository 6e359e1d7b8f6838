import { z } from "zod";

/*
 * What the fixture servers offer. There are two of them, one on the official SDK of each era, and they do the same: whatever differs
 * between them in a test is the era's doing or ours.
 */

/** Arguments of the fixture's tools. */
export const shapes = {
  echo: z.object({ message: z.string() }),
  count: z.object({ key: z.string(), steps: z.number() }),
  proceed: z.object({ key: z.string() }),
  wait: z.object({ key: z.string() }),
  fail: z.object({ reason: z.string() }),
  log: z.object({ level: z.enum(["debug", "info", "warning", "error"]), text: z.string() }),
  extraTool: z.object({ present: z.boolean() }),
};

/** Results of those that are structured. */
export const resultShapes = {
  calls: z.object({ waiting: z.array(z.string()), cancelled: z.array(z.string()) }),
  rich: z.object({ answer: z.number(), nested: z.object({ list: z.array(z.string()) }) }),
};

/** What tools do, in words: the same in both eras. */
export const descriptions = {
  echo: "Answers with its message.",
  count: "Reports progress once a step, and answers when it is told to proceed.",
  proceed: "Lets a call of count answer.",
  wait: "Never answers: goes on until it is cancelled.",
  calls: "Says which calls of wait are under way, and which were cancelled.",
  fail: "Fails as a tool fails: with a result.",
  rich: "Answers with every kind of content.",
  log: "Writes to the log of the call it is part of.",
  announce: "Writes to the log outside of any call.",
  extraTool: "Adds a tool to the list, or takes it away.",
  extra: "Is there at times.",
};

/** What a fixture server remembers across the instances of it that an SDK makes. */
export class FixtureMemory {
  readonly waiting = new Set<string>();
  readonly cancelled = new Set<string>();
  readonly #counting = new Map<string, PromiseWithResolvers<void>>();
  hasExtraTool = false;

  /** Waits until {@link proceed} is called for the key. */
  mayProceed(key: string): Promise<void> {
    return this.#gate(key).promise;
  }

  proceed(key: string): void {
    this.#gate(key).resolve();
  }

  #gate(key: string): PromiseWithResolvers<void> {
    const gate = this.#counting.get(key) ?? Promise.withResolvers<void>();
    this.#counting.set(key, gate);
    return gate;
  }

  /** Waits until `signal` fires, and remembers that it did. */
  async waitFor(key: string, signal: AbortSignal): Promise<void> {
    this.waiting.add(key);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
    this.waiting.delete(key);
    this.cancelled.add(key);
  }

  get calls(): { waiting: string[]; cancelled: string[] } {
    return { waiting: [...this.waiting], cancelled: [...this.cancelled] };
  }
}

/** What is reported of so many steps, where the caller wants to know. */
export function progressOf(steps: number, progressToken: string | number | undefined) {
  if (progressToken === undefined) return [];
  return Array.from({ length: steps }, (_nothing, index) => {
    const progress = index + 1;
    return { progressToken, progress, total: steps, message: `step ${progress}` };
  });
}

/** A pixel. */
export const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Addresses of a fixture's resources; they hold its name, as addresses are not prefixed by the gateway. */
export function addresses(name: string): Readonly<Record<"text" | "blob" | "refused" | "template", string>> {
  const base = `fixture://${name}`;
  return { text: `${base}/text`, blob: `${base}/blob`, refused: `${base}/refused`, template: `${base}/items/{id}` };
}

/** The items that the resource template stands for. */
export const items = ["apple", "apricot", "banana"];

/** The error with which the resource `refused` is answered. */
export const refusal = { code: 4711, message: "not today", data: { why: "the moon", retry: false } };

/** Who is greeted in which tone: completions of the one argument depend on the other. */
export const tones = { formal: ["Madam", "Sir"], casual: ["mate"] } as const;

/** Names for a tone that begin as given. */
export function namesFor(tone: string | undefined, start: string): string[] {
  const names: readonly string[] = tone === "casual" ? tones.casual : tones.formal;
  return names.filter((name) => name.startsWith(start));
}

/** Every kind of content that there is, and structure beside it. */
export function richResult(name: string) {
  const uri = addresses(name).text;
  return {
    content: [
      {
        type: "text" as const,
        text: "line one\nline two \u2028 ünïcödé 🚂",
        annotations: { audience: ["user" as const, "assistant" as const], priority: 0.25 },
        _meta: { "fixture.example/part": 1 },
      },
      { type: "image" as const, data: png, mimeType: "image/png" },
      { type: "audio" as const, data: "UklGRgAAAABXQVZF", mimeType: "audio/wav" },
      { type: "resource_link" as const, uri, name: "text", description: "a link", mimeType: "text/plain" },
      { type: "resource" as const, resource: { uri, mimeType: "text/plain", text: "embedded" } },
      { type: "resource" as const, resource: { uri: addresses(name).blob, mimeType: "image/png", blob: png } },
    ],
    structuredContent: { answer: 42, nested: { list: ["a", "b"] } },
    _meta: { "fixture.example/whole": { deep: [1, null, "x"] } },
  };
}
