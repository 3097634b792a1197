import { setTimeout as sleep } from "node:timers/promises";
import { eventsOf } from "../events.js";
import { hotKeys, withLongIds } from "../facts.js";
import { arm, flowOf, type Point } from "../points.js";
import { startProvoking, type Provoking } from "../provoking.js";
import { LOCK_TTL_MS, SMALL, type Row, type RowOptions } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";

const NODES = 4;
const LANES = 2;
/** Longer than a hold lives. */
const PAUSE_MS = LOCK_TTL_MS + 300;

/** For one that never comes: the ledger's lock is kept for a second at most. */
const OTHERS_REBUILD_MS = 15_000;

/** Who is paused between these finds his hold ended by others: his commit comes too late. */
const LATE: readonly Point[] = ["after a purchase's admit", "before a purchase's commit"];
const OTHERS: readonly Point[] = [
  "after a rebuild's load",
  "after the reaper's void",
  "before a purchase's confirm",
  "after the loader's page",
  "after the reaper's expired",
  "after a change's withholding",
  "before a rebuild's commit",
  "before a cancel's apply",
  "after a rebuild's next epoch",
  "after a change's write",
];

const isLate = (point: Point): boolean => LATE.includes(point);

/** API processes that stop where it is worst, for longer than their holds live, and then go on as if nothing had been. */
export const paused: Row = {
  name: "2",
  about: "API paused longer than the hold lives",
  how: "SIGSTOP and SIGCONT at named points",
  mustHold: "I6: late commits refused",
  controls: [
    {
      built: "a late writer that takes the void it finds for its order",
      sabotage: {
        edits: [
          {
            file: "adapters-postgres/dist/commit.js",
            guard: 'return { kind: "void", cause: "standing" };',
            without: 'return { kind: "order", created: true, order: { ...draft, number: 1, status: "confirmed" } };',
          },
        ],
      },
      breaks: "I4",
    },
    {
      built: "a reaper that puts units back without a void",
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/reap.js",
            guard: "await orders.void(productId, expired)",
            without: 'expired.map(() => "void")',
          },
        ],
      },
      breaks: "I6",
    },
    {
      built: "a ledger whose lock a paused process keeps",
      sabotage: {
        plan: { stops: ["after a rebuild's load"] },
        edits: [
          {
            file: "adapters-postgres/dist/ledger.js",
            guard: "const LOCK_LIMIT_MS = 1_000",
            without: "const LOCK_LIMIT_MS = 60_000",
          },
        ],
      },
      breaks: "I5",
    },
  ],
  async run(stage, options) {
    const points = pointsOf(options);
    const stopped = new Set<number>();
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 8,
      storesStayUp: true,
      inRotation: (node) => !stopped.has(node),
      incidents: { planned: points.length, over: () => over },
      plan: (_node, _life, scene) => ({ points: scene.points }),
    });
    await using provoking = await startProvoking(sale);
    await until("some have bought", () => sale.shop.history.sold() >= 10);

    const voidBefore = new Set<string>();
    const wrong: string[] = [];
    const pauseAll = async (queue: Point[]): Promise<void> => {
      for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
        await pauseAt(sale, provoking, point, { stopped, voidBefore, wrong });
        over += 1;
      }
    };
    // Apart, since a hold that is lost with its inventory needs no void.
    for (const queue of [points.filter(isLate), points.filter((point) => !isLate(point))])
      await Promise.all(Array.from({ length: LANES }, () => pauseAll(queue)));
    await provoking.settle();

    const { events } = sale.scene;
    const late = new Set(eventsOf(events, "late").flatMap(({ ids }) => ids));
    const struck = eventsOf(events, "struck");
    const count = (point: Point): number => struck.filter((event) => event.point === point).length;
    return await sale.finish({
      struck: {
        ...(points.some(isLate) && { "late commits that found a void": late.size }),
        ...Object.fromEntries(points.map((point) => [`paused ${point}`, count(point)])),
      },
      mustHappen: ({ voids }) => (points.some(isLate) ? { voids } : {}),
      notes: {
        "voids of holds whose writer slept": voidBefore.size,
        "FLUSHALLs, for points behind a loss": provoking.losses(),
      },
      alsoWrong: ({ orders }) => {
        const standing = new Map(orders.map((row) => [row.id, row.status]));
        const revived = [...voidBefore].filter((id) => standing.get(id) !== "void");
        return [
          ...wrong,
          ...sale.fleet.restarts.map(({ node }) => `I5: process ${String(node)} did not survive its pause`),
          ...revived.map((id) => `I6: reservation ${id} was void, and is ${standing.get(id) ?? "nothing"}`),
        ];
      },
    });
  },
};

/** A late commit in every run, and of the others as many as there is time for, from where the seed says. */
const pointsOf = ({ seed, scale, sabotage }: RowOptions): readonly Point[] => {
  if (sabotage?.plan?.stops !== undefined) return sabotage.plan.stops;
  const count = scale === SMALL ? 1 : 5;
  const others = Array.from({ length: count }, (_, index) => OTHERS[(seed * count + index) % OTHERS.length]);
  return [...(scale === SMALL ? LATE.slice(0, 1) : LATE), ...others].filter((point) => point !== undefined);
};

interface Seen {
  readonly stopped: Set<number>;
  readonly voidBefore: Set<string>;
  readonly wrong: string[];
}

const pauseAt = async (sale: RunningSale, provoking: Provoking, point: Point, seen: Seen): Promise<void> => {
  const { scene } = sale;
  const epoch = await ledgerEpoch(sale);
  arm(scene.points, point, "SIGSTOP");
  await provoking.until(point);
  const event = () => eventsOf(scene.events, "struck").find((one) => one.point === point);
  await until(`a process was paused ${point}`, () => event() !== undefined);
  const { node, pid, ids, atMs } = event() ?? { node: 0, pid: 0, ids: [], atMs: 0 };
  seen.stopped.add(node);
  try {
    // Others end what it holds meanwhile, its work for all of them among it.
    if (flowOf(point) === "a rebuild's") {
      const rebuilt = async (): Promise<boolean> => (await ledgerEpoch(sale)) > epoch;
      await until("another process rebuilt", rebuilt, { timeoutMs: OTHERS_REBUILD_MS }).catch(() =>
        seen.wrong.push(`I5: no other process rebuilt in ${String(OTHERS_REBUILD_MS)} ms, one was paused ${point}`),
      );
    }
    await until("its holds were ended by others", () => noneIsHeld(sale, ids), { timeoutMs: 10_000 });
    await sleep(Math.max(0, atMs + PAUSE_MS - Date.now()));
    if (isLate(point)) await lookAtEnds(sale, ids, seen);
  } finally {
    process.kill(pid, "SIGCONT");
    seen.stopped.delete(node);
  }
  await sale.healed(Date.now(), node);
};

/** Units that went back went back after a void: it stands while their writer still sleeps. */
const lookAtEnds = async (
  { scene }: RunningSale,
  ids: readonly string[],
  { voidBefore, wrong }: Seen,
): Promise<void> => {
  const { rows } = await scene.pool.query<{ id: string; status: string }>(
    "select id, status from orders where id = any ($1)",
    [ids],
  );
  const standing = new Map(rows.map(({ id, status }) => [id, status]));
  for (const id of ids) {
    const end = standing.get(id);
    if (end === "void") voidBefore.add(id);
    // Asked again at another process, it may be an order.
    else if (end === undefined) wrong.push(`I6: the units of reservation ${id} went back, and no void stands for it`);
  }
};

const noneIsHeld = async (sale: RunningSale, ids: readonly string[]): Promise<boolean> => {
  if (ids.length === 0) return true;
  const { holds } = hotKeys(sale.shop.productId, await ledgerEpoch(sale));
  const found = await sale.scene.redis.hvals(holds);
  return !found.some((hold) => ids.includes(withLongIds(hold).split(" ")[0] ?? ""));
};

const ledgerEpoch = async ({ scene, shop }: RunningSale): Promise<number> => {
  const { rows } = await scene.pool.query<{ epoch: string }>("select epoch from ledger where product_id = $1", [
    shop.productId,
  ]);
  return Number(rows[0]?.epoch);
};
