import type { Edit } from "./sabotage.js";
import { scriptCalls } from "./script-calls.js";
import type { Command } from "./tcp-proxy.js";

/** Sees what an old state of the inventory answers before it is found out. Sits at the API processes' ways to Redis. */
export interface Lookout {
  readonly onAnswer: (command: Command, answer: Buffer) => void;
  /** From here on what Redis has of this epoch is old. */
  begin(epoch: number): void;
  /** Calls for holds since `begin` that were answered as if nothing had happened. */
  believed(): number;
}

export const createLookout = (edits: readonly Edit[] = []): Lookout => {
  const nameOf = scriptCalls(edits);
  let oldEpoch = "";
  let believed = 0;
  return {
    onAnswer(command, answer) {
      const epoch = command[3 + Number(command[2])];
      if (epoch !== oldEpoch || nameOf(command) !== "hold") return;
      if (answer.includes("\r\nin-service\r\n")) believed += 1;
    },
    begin(epoch) {
      oldEpoch = String(epoch);
      believed = 0;
    },
    believed: () => believed,
  };
};
