import { eventsOf } from "../events.js";
import { arm, POINTS, type Point } from "../points.js";
import { startProvoking, type Provoking } from "../provoking.js";
import { randomFrom } from "../random.js";
import { SMALL, type Row, type RowOptions } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";

const NODES = 4;
/** Points that are armed at once. */
const LANES = 2;
/** So that three large runs come to every point. */
const POINTS_A_RUN = { large: Math.ceil(POINTS.length / 3), small: 4 };

/** API processes that kill -9 themselves at every step of the protocol, and are started again. */
export const killed: Row = {
  name: "1",
  about: "API killed at every step of the protocol",
  how: "kill -9 at each named point",
  mustHold: "I1-I6",
  controls: [
    {
      built: "a reaper that puts units back without a void",
      sabotage: {
        plan: { kills: ["before the reaper's release"] },
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
      built: "housekeeping that leaves the changes of the dead as they are",
      sabotage: {
        plan: { kills: ["after a change's write"] },
        edits: [
          {
            file: "core/dist/housekeeping.js",
            guard: "if (status !== null && status.revision < revision)",
            without: "if (false)",
          },
        ],
      },
      breaks: "I2",
    },
    {
      built: "reservation ids that are not made of the buyer's key",
      sabotage: {
        plan: { kills: ["after a purchase's commit", "before a purchase's confirm", "after a purchase's confirm"] },
        edits: [
          {
            file: "core/dist/use-cases/purchase-request.js",
            guard: "ids.derive([userId, product.id, idempotencyKey, attempt])",
            without: "ids.next()",
          },
        ],
      },
      breaks: "I4",
    },
    {
      built: "a reaper that leaves the holds of orders whose confirm was lost",
      sabotage: {
        plan: { kills: ["after a purchase's commit"] },
        edits: [{ file: "core/dist/use-cases/reap.js", guard: "if (confirmed.length > 0)", without: "if (false)" }],
      },
      breaks: "I2",
    },
    {
      built: "a leader that is followed a minute after its death",
      sabotage: {
        plan: { kills: ["before the reaper's void"] },
        edits: [{ file: "core/dist/leader.js", guard: "LEADER_TTL_MS = 1_000", without: "LEADER_TTL_MS = 60_000" }],
      },
      breaks: "I2",
    },
  ],
  async run(stage, options) {
    const points = pointsOf(options);
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      scale: { ...options.scale, units: options.scale.units * 2 },
      nodes: NODES,
      clients: 6,
      storesStayUp: true,
      keepsStarting: true,
      incidents: { planned: points.length, over: () => over },
      plan: (_node, _life, scene) => ({ points: scene.points }),
    });
    await using provoking = await startProvoking(sale);
    await until("some have bought", () => sale.shop.history.sold() >= 10);

    const queue = [...points];
    const lane = async (): Promise<void> => {
      for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
        await strike(sale, provoking, point);
        over += 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await provoking.settle();

    const struck = eventsOf(sale.scene.events, "struck");
    const count = (point: Point): number => struck.filter((event) => event.point === point).length;
    return await sale.finish({
      struck: Object.fromEntries(points.map((point) => [`killed ${point}`, count(point)])),
      mustHappen: () => ({}),
      notes: {
        "points of the protocol": POINTS.length,
        "FLUSHALLs, for points behind a loss": provoking.losses(),
        "cancels and changes among the workload": sale.shop.history.adminCalls.length,
        "back in service after, at most": `${String(longestOf(sale.fleet.restarts))} ms`,
      },
      alsoWrong: ({ epoch, orders }) => {
        const standing = new Map(orders.map((row) => [row.id, row.status]));
        return [
          ...endsOf(provoking, standing),
          ...(provoking.losses() === 0 && epoch > 1 ? [`I5: ${String(epoch - 1)} rebuilds, and nothing was lost`] : []),
        ];
      },
    });
  },
};

/** What the seed's run strikes: runs with the seeds S, S + 1, S + 2 come to every point. */
const pointsOf = ({ seed, scale, sabotage }: RowOptions): readonly Point[] => {
  if (sabotage?.plan?.kills !== undefined) return sabotage.plan.kills;
  const count = scale === SMALL ? POINTS_A_RUN.small : POINTS_A_RUN.large;
  // The same order for all, so that no point is left out between two runs; the seed says where in it a run begins.
  const order = randomFrom(4).shuffled(POINTS);
  const own = Array.from({ length: count }, (_, index) => order[(seed * count + index) % order.length]);
  return randomFrom(seed).shuffled([...new Set(own)].filter((point) => point !== undefined));
};

const strike = async (sale: RunningSale, provoking: Provoking, point: Point): Promise<void> => {
  const { scene, fleet } = sale;
  arm(scene.points, point, "SIGKILL");
  await provoking.until(point);
  const event = () => eventsOf(scene.events, "struck").find((one) => one.point === point);
  await until(`a process was killed ${point}`, () => event() !== undefined);
  const { node, atMs } = event() ?? { node: 0, atMs: 0 };
  sale.ended(atMs);
  // One that was struck while it started had died before.
  const back = () => fleet.restarts.find((restart) => restart.node === node && restart.readyAtMs >= atMs);
  await until("it is back", () => back() !== undefined || fleet.failures.length > 0);
  const restart = back();
  if (restart) await sale.healed(restart.readyAtMs, node);
};

/** What a ghost left ends as it must: a hold by a void, unless it was lost with its inventory; an order stands. */
const endsOf = ({ ghost, losses }: Provoking, standing: ReadonlyMap<string, string>): string[] =>
  [...ghost.left].flatMap(([id, what]) => {
    const end = standing.get(id) ?? "nothing";
    const ends = what === "order" ? ["confirmed"] : losses() > 0 ? ["void", "nothing"] : ["void"];
    return ends.includes(end) ? [] : [`I6: the ${what} ${id} of a process that died ended as ${end}`];
  });

const longestOf = (restarts: readonly { diedAtMs: number; readyAtMs: number }[]): number =>
  Math.max(0, ...restarts.map(({ diedAtMs, readyAtMs }) => readyAtMs - diedAtMs));
