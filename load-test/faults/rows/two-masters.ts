import { startRedis } from "../../servers/redis.js";
import { createLookout } from "../lookout.js";
import { startRedisWays } from "../redis-ways.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { until } from "../wait.js";
import { healedAndSound, inFullSwing, ledgerOf, type Course } from "./incidents.js";
import { createForgetting } from "./old-memory.js";
import { REBUILDS_WITHOUT_LOCK, WITHOUT_EPOCH, WITHOUT_EPOCH_ONE_BY_ONE } from "./redis-guards.js";

const NODES = 2;

/** Two Redis servers: the API processes reach now the one, now the other, or each its own; and one that has an old memory. */
export const twoMasters: Row = {
  name: "5",
  about: "Redis goes to an old state and comes back (A, B, A); two masters at once; an old memory, same replication id",
  how: "proxies; DUMP and RESTORE",
  mustHold: "I1, I5",
  controls: [WITHOUT_EPOCH, WITHOUT_EPOCH_ONE_BY_ONE, REBUILDS_WITHOUT_LOCK],
  async run(stage, options) {
    const rounds = Math.ceil(options.scale.strikes / 2);
    const planned = rounds * 4;
    let over = 0;
    const drift: string[] = [];
    const lookout = createLookout(options.sabotage?.edits);
    await using a = await startRedis();
    await using b = await startRedis();
    await using ways = await startRedisWays(a.port, NODES, lookout.onAnswer);
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 12,
      redis: ways,
      incidents: { planned, over: () => over },
    });

    const course = { sale, ways, lookout, drift, ports: [a.port, b.port] } as const;
    const [moves, splits, memories] = [createMoves(course), createSplits(course), createForgetting(course)];
    for (let round = 1; round <= rounds; round += 1) {
      const isLast = round === rounds;
      for (const strike of [moves.there, moves.back, splits.strike, isLast ? memories.strikeLast : memories.strike]) {
        await inFullSwing(sale, options.scale.units, { planned, over });
        const { epoch } = await ledgerOf(sale);
        lookout.begin(epoch);
        await strike(epoch);
        over += 1;
      }
    }
    const report = await sale.finish({
      struck: {
        "moved to the other server": moves.moved(),
        "two masters at once": splits.struck(),
        "old memory": memories.struck(),
      },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      alsoWrong: ({ epoch }) => {
        memories.end(epoch);
        return drift;
      },
    });
    return { ...report, notes: { ...report.notes, ...moves.notes(), ...splits.notes(), ...memories.notes() } };
  },
};

/** Everybody goes to the other server, which has what it had when it was left. */
const createMoves = ({ sale, ways, lookout, drift, ports: [a, b] }: Course) => {
  const believed: number[] = [];
  let noticed = 0;
  const moveTo = async (port: number, epoch: number): Promise<void> => {
    ways.leadTo(port);
    drift.push(...(await healedAndSound(sale, Date.now())));
    believed.push(lookout.believed());
    if ((await ledgerOf(sale)).epoch !== epoch) noticed += 1;
  };
  return {
    there: (epoch: number) => moveTo(b, epoch),
    back: (epoch: number) => moveTo(a, epoch),
    moved: () => believed.length,
    notes: () => ({
      "moves noticed before the next 201": { seen: noticed, of: believed.length },
      "holds given by a server that was moved to before it was noticed": believed,
    }),
  };
};

/** One process at each: what the one puts in service takes the ledger's epoch away from the other, and so on. */
const createSplits = ({ sale, ways, lookout, drift, ports: [a, b] }: Course) => {
  const rebuilds: number[] = [];
  const believed: number[] = [];
  return {
    async strike(epoch: number): Promise<void> {
      ways.nodes[sale.random.below(NODES)]?.leadTo(b);
      const count = async (): Promise<number> => (await ledgerOf(sale)).epoch - epoch;
      // Or not: `struck` counts those that did.
      await until("both have rebuilt", async () => (await count()) >= 2, { timeoutMs: 5_000 }).catch(() => undefined);
      rebuilds.push(await count());
      believed.push(lookout.believed());
      ways.leadTo(a);
      drift.push(...(await healedAndSound(sale, Date.now())));
    },
    struck: () => rebuilds.filter((count) => count >= 2).length,
    notes: () => ({
      "rebuilds while there were two": rebuilds,
      "holds given by the former master meanwhile": believed,
    }),
  };
};
