import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";

/** What one of the buyers heard, by performance.now(). */
export interface Answer {
  /** When the buyer was to ask: what a stall delays is counted from here. */
  readonly dueMs: number;
  readonly answeredMs: number;
  /** 0: none came. */
  readonly status: number;
}

/** New buyers at a fixed rate, whatever becomes of those before them. Disposing of it ends it. */
export interface Trickle extends AsyncDisposable {
  /** So far, in the order in which they came. */
  readonly answers: readonly Answer[];
  /** No more of them come; settles when the last has an answer. */
  end(): Promise<void>;
}

const EVERY_MS = 10;
/** More than ever wait at a time: an API that stalls for half a second keeps fifty. */
const CONNECTIONS = 256;

export const startTrickle = (port: number, productId: string): Trickle => {
  const pool = new Pool(`http://127.0.0.1:${String(port)}`, { connections: CONNECTIONS });
  const body = JSON.stringify({ productId });
  const answers: Answer[] = [];
  const asked = new Set<Promise<void>>();
  let stopped = false;

  const buy = async (): Promise<number> => {
    try {
      const headers = { "content-type": "application/json", "x-user-id": randomUUID() };
      const answer = await pool.request({ method: "POST", path: "/api/v1/sale/purchase", headers, body });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return 0;
    }
  };
  const ask = async (dueMs: number): Promise<void> => {
    const status = await buy();
    answers.push({ dueMs, answeredMs: performance.now(), status });
  };

  const going = (async (): Promise<void> => {
    const beganMs = performance.now();
    for (let number = 0; !stopped; number += 1) {
      const dueMs = beganMs + number * EVERY_MS;
      const aheadMs = dueMs - performance.now();
      if (aheadMs > 0) await sleep(aheadMs);
      const asking = ask(dueMs).finally(() => asked.delete(asking));
      asked.add(asking);
    }
  })();

  const end = async (): Promise<void> => {
    stopped = true;
    await going;
    await Promise.all(asked);
  };
  return {
    answers,
    end,
    async [Symbol.asyncDispose]() {
      await end();
      await pool.close();
    },
  };
};

/** When the first buyer had a unit who asked after `sinceMs`; null: none had so far. */
export const firstSaleMs = ({ answers }: Trickle, sinceMs: number): number | null => {
  const sold = answers.filter(({ dueMs, status }) => status === 201 && dueMs >= sinceMs);
  return sold.length === 0 ? null : Math.min(...sold.map(({ answeredMs }) => answeredMs));
};

/** The longest time, from `fromMs` to `toMs`, in which nobody was told of a unit. */
export const longestGapMs = ({ answers }: Trickle, fromMs: number, toMs: number): number => {
  const times = answers.filter(({ status }) => status === 201).map(({ answeredMs }) => answeredMs);
  const within = [fromMs, ...times.filter((time) => time > fromMs && time < toMs).sort((a, b) => a - b), toMs];
  return Math.max(...within.slice(1).map((time, index) => time - (within[index] ?? time)));
};
