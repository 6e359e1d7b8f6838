/** A host or, with `service`, a service of it. */
export interface Target {
  readonly host: string;
  /** Undefined: the host itself. */
  readonly service: string | undefined;
}

/** A target in a sentence. */
export function targetText({ host, service }: Target): string {
  return service === undefined ? `host ${host}` : `service ${JSON.stringify(service)} of ${host}`;
}
