/** One setting, without what may be a secret. */
export interface Setting {
  /** Where it stands in a configuration: `listen.port`, `mcpServers.files.timeoutMs`. */
  readonly key: string;
  /** JSON; `…` in it stands for what may be a secret. */
  readonly value: unknown;
  /** `file`: it is written there; `environment`: what is written names a variable; `default`: nothing is written. */
  readonly from: "file" | "environment" | "default";
  /** When a change of it is taken up. */
  readonly applies: "at once" | "at the next start";
}

/** Every setting, and where they are changed. */
export interface Settings {
  /** Absolute; undefined where there is none: then settings are those of the program that holds the gateway, of which nothing more is known here. */
  readonly file: string | undefined;
  /** Whether the file was written after the gateway began: what applies at the next start may then be otherwise here than it runs. */
  readonly isChangedSinceStart: boolean;
  readonly settings: readonly Setting[];
}
