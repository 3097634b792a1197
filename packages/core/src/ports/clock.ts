/** Time, so that a test can turn it. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms` milliseconds. A host's clock does not keep its process alive for it. */
  sleep(ms: number): Promise<void>;
}
