import { samplePeople, seedSample } from "./seed-sample.ts";
import { startSimulator } from "./start.ts";

/** How a demonstration is started. */
export interface DemoOptions {
  readonly port: number;
  /** Whose style it speaks: of which version. */
  readonly variant: "14" | "15";
}

/** A demonstration that runs. */
export interface Demo {
  /** What the configuration of the connector says. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly says: readonly string[];
  readonly close: () => Promise<void>;
}

/** A site of a small company to try things out with; it forgets everything when it ends. */
export async function startDemo({ port, variant }: DemoOptions): Promise<Demo> {
  const site = await startSimulator({ version: variant === "14" ? 14 : 15, port, seed: seedSample });
  const people = samplePeople.map(([email]) => {
    const { key, secret } = site.keyOf(email);
    return `  ${email.padEnd(22)} ${key} ${secret}`;
  });
  const { key, secret } = site.keyOf("Administrator");
  return {
    config: { url: site.url, credential: { key, secret } },
    says: [
      `The credential is the administrator's. Keys and secrets of people with fewer rights:\n${people.join("\n")}`,
    ],
    close: site.close,
  };
}
