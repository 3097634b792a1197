/** One process that runs the real flash sale, until it dies. */
export interface Process {
  readonly name: string;
  alive: boolean;
  /** Nothing happens in it before this instant. */
  pausedUntilUs: number;
  /** Port calls and purchases it has not seen the end of. */
  underWay: number;
  /** Called once, at its death. */
  readonly onDeath: Set<() => void>;
}

/** From now on nothing of it goes on; what it sent may still arrive. */
export function kill(process: Process): void {
  if (!process.alive) return;
  process.alive = false;
  for (const tell of process.onDeath) tell();
}
