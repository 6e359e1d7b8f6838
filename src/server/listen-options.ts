/** Where the gateway listens, and which names and web origins it answers to. */
export interface ListenOptions {
  /** Address to bind. Only a loopback address starts without authentication. */
  readonly host: string;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** Host names, without port, accepted in the Host header besides the loopback names. */
  readonly allowedHosts: readonly string[];
  /** Origins (`https://app.example.com`) of web pages that may call, besides those on loopback. */
  readonly allowedOrigins: readonly string[];
}

export const listenDefaults = {
  host: "127.0.0.1",
  port: 8001,
  allowedHosts: [],
  allowedOrigins: [],
} as const satisfies ListenOptions;
