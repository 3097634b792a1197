import type { Contestant } from "../contestants/contestant.js";

/** Lets a contestant run while it is measured, and at no other time. */
export const awake = async <T>(contestant: Contestant, work: () => Promise<T>): Promise<T> => {
  contestant.resume();
  try {
    return await work();
  } finally {
    contestant.pause();
  }
};
