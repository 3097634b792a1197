import { Redis } from "ioredis";

/** The rewrites of Redis' append-only file. */
export interface Rewrites extends Disposable {
  /** Whether one is under way; asks for one where none has been for too long. */
  look(): Promise<boolean>;
  /** How many were asked for: the others came by themselves. */
  readonly asked: number;
}

export const lookAtRewrites = (url: string, atLeastEveryMs: number): Rewrites => {
  const client = new Redis(url, { commandTimeout: 30_000 });
  let lastAtMs = Date.now();
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    async look() {
      const info = await client.info("persistence");
      const isUnderWay = /^aof_rewrite_(in_progress|scheduled):1/m.test(info);
      if (isUnderWay) lastAtMs = Date.now();
      if (Date.now() - lastAtMs < atLeastEveryMs) return isUnderWay;
      lastAtMs = Date.now();
      asked += 1;
      await client.bgrewriteaof();
      return true;
    },
    [Symbol.dispose]: () => client.disconnect(),
  };
};
