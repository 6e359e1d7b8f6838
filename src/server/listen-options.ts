/** Where the gateway listens, and which names and web origins it answers to. */
export interface ListenOptions {
  /** Address to bind. Others than loopback addresses take authentication. */
  readonly host: string;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** Host names, without port, accepted in the Host header besides the loopback names. */
  readonly allowedHosts: readonly string[];
  /** Origins (`https://app.example.com`) of web pages that may call, besides those on loopback. */
  readonly allowedOrigins: readonly string[];
  /** Under which address clients reach the gateway, where that is not the one it listens at: `https://gateway.example.com`. */
  readonly publicUrl?: string | undefined;
  /** Addresses, or ranges of them (`10.0.0.0/8`), of proxies whose word counts for who a client is and what it asked for. Default: none. */
  readonly trustedProxies?: readonly string[];
}

export const listenDefaults = {
  host: "127.0.0.1",
  port: 8001,
  allowedHosts: [],
  allowedOrigins: [],
  publicUrl: undefined,
  trustedProxies: [],
} as const satisfies ListenOptions;
