import { openAdmin } from "../admin.js";
import type { Shop } from "../buyer.js";
import { startChanging, type Changing } from "../changing.js";
import type { Commit, Cut, CuttingProxy, MadeCut } from "../cutting-proxy.js";
import type { Facts } from "../facts.js";
import { holdForNobody } from "../hold-for-nobody.js";
import type { Row } from "../row.js";
import { openSale, unitsLeft, type RunningSale } from "../sale.js";
import type { Scene } from "../stage.js";
import { until } from "../wait.js";
import { amidOrders } from "./cut-amid.js";
import { flush } from "./flushed.js";

const SIDES = ["before", "after"] as const;
const FEW_UNITS = 150;
const MORE_UNITS = 200;

/** Connections to Postgres that end at the worst moment: the client cannot know whether its COMMIT had an effect. */
export const cut: Row = {
  name: "8",
  about: "connection to Postgres cut right before, amid and right after COMMIT",
  how: "proxy",
  mustHold: "I4, I6: every ambiguous commit resolved rightly",
  controls: [
    {
      built: "a commit whose end nobody knows is taken for one that failed",
      sabotage: { plan: { takesUnknownForVoid: true } },
      breaks: "I4",
    },
    {
      built: "a group commit that reads how a batch ended, and does not write it again",
      sabotage: {
        edits: [
          {
            file: "core/dist/group-commit.js",
            guard: "await ports.clock.sleep(limits.retryDelayMs);",
            without: `await ports.clock.sleep(limits.retryDelayMs);
              for (const one of waiting) {
                const order = await ports.orders.find(one.draft.id);
                one.tell(order ? { kind: "order", order, created: true } : { kind: "unavailable", mayStand: false });
              }
              return;`,
          },
        ],
      },
      breaks: "I4",
    },
  ],
  async run(stage, options) {
    const rounds = options.scale.strikes;
    // A round cuts orders three times; voids, changes, cancels and a rebuild's transaction twice each.
    const planned = rounds * 11;
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 10,
      proxied: true,
      incidents: { planned, over: () => over },
    });
    const { shop, scene } = sale;
    const changing = startChanging(openAdmin(sale.fleet.urls, shop), shop, sale.random, options.scale.units);
    const orderCuts: MadeCut[] = [];
    const heldForNobody: string[] = [];
    const cuts = cutting(sale, changing, () => (over += 1));
    for (let round = 0; round < rounds; round += 1) orderCuts.push(...(await cuts.ofOrders()));
    for (let round = 0; round < rounds; round += 1) {
      await cuts.of("voids", async () => heldForNobody.push(...(await holdForNobody(scene, shop.productId, 3))));
      await cuts.of("change", () => changing.change());
      await cuts.of("cancel", () => changing.cancel());
    }
    // A hold that is lost with its inventory needs no void.
    await until("the holds of nobody have voids", async () => (await withoutVoid(scene, heldForNobody)).length === 0);
    for (let round = 0; round < rounds; round += 1) await cuts.of("transaction", () => flush(sale));

    await changing.settle();
    const wrongChanges = await changing.check(scene.pool);
    const ids = new Set(orderCuts.flatMap((made) => made.ids));
    ids.delete(shop.productId);
    let wrong: string[] = [];
    let overslept = 0;
    const report = await sale.finish({
      struck: struckOf(sale.proxies),
      mustHappen: ({ ambiguousCommits, rebuilds, voids }) => ({
        "ambiguous commits": ambiguousCommits,
        rebuilds,
        voids,
      }),
      alsoWrong: (facts) => {
        wrong = unresolved(ids, shop, facts);
        overslept = facts.orders.filter(({ id, status }) => status === "void" && ids.has(id)).length;
        return [...wrongChanges, ...wrong];
      },
    });
    return {
      ...report,
      violations: [...report.violations, ...(await withoutVoid(scene, heldForNobody))],
      notes: {
        ...report.notes,
        "reservations in cut commits": ids.size,
        "of them sold, once": ids.size - wrong.length - overslept,
        "of them void, the reaper was first": overslept,
        "holds ended by cut voids": heldForNobody.length,
        "changes and cancels answered 503": changing.counts().unknown,
      },
    };
  },
};

const cutting = (sale: RunningSale, changing: Changing, madeOne: () => void) => {
  const { random, shop, scene, proxies } = sale;
  /** So many cuts take their time: it must not sell out before the last. */
  const keepOnSale = async (): Promise<void> => {
    if ((await unitsLeft(scene.pool, shop.productId)) < FEW_UNITS) await changing.raise(MORE_UNITS);
  };

  return {
    /** Each way once. */
    async ofOrders(): Promise<MadeCut[]> {
      const cuts: MadeCut[] = [];
      for (const where of random.shuffled([...SIDES, "amid"] as const)) {
        const node = random.below(proxies.length);
        await keepOnSale();
        const proxy = proxyAt(sale, node);
        const made =
          where === "amid" ? await amidOrders(sale, proxy) : await struck(proxy.cutNext({ commit: "orders", where }));
        cuts.push(made);
        await sale.healed(made.atMs, node);
        madeOne();
      }
      return cuts;
    },
    /** Whoever writes it: all are armed, and what is left is taken back. */
    async of(commit: Commit, write: () => Promise<unknown>): Promise<void> {
      for (const where of random.shuffled(SIDES)) {
        await keepOnSale();
        const armed = proxies.map((proxy) => proxy.cutNext({ commit, where }));
        const writing = write();
        const made = await struck(Promise.race(armed));
        for (const proxy of proxies) proxy.disarm();
        await writing;
        await sale.healed(made.atMs);
        madeOne();
      }
    },
  };
};

/**
 * The API lived on: it wrote each again, so each has an order, and its buyer was shown it. Where that took longer than the hold lives the
 * reaper may have been first: then a void stands, and nobody was shown an order.
 */
const unresolved = (ids: ReadonlySet<string>, { history }: Shop, { orders }: Facts): string[] => {
  const standing = new Map(orders.map((row) => [row.id, row.status]));
  const shown = new Set(history.asked.flatMap(({ heard }) => (heard.kind === "order" ? [heard.order.orderId] : [])));
  const isSold = (id: string): boolean =>
    standing.get(id) === "confirmed" || (standing.get(id) === "cancelled" && history.cancels.has(id));
  return [...ids]
    .filter((id) => (standing.get(id) === "void" ? shown.has(id) : !isSold(id) || !shown.has(id)))
    .map(
      (id) =>
        `I6: reservation ${id}, whose commit was cut, is ${standing.get(id) ?? "nowhere"}${shown.has(id) ? "" : ", not shown to its buyer"}`,
    );
};

const withoutVoid = async ({ pool }: Scene, ids: readonly string[]): Promise<string[]> => {
  const { rows } = await pool.query<{ id: string }>("select id from orders where id = any ($1) and status = 'void'", [
    ids,
  ]);
  const voids = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !voids.has(id)).map((id) => `I6: ${id} was held for nobody, and has no void`);
};

const NAMES: Readonly<Record<Commit, string>> = {
  orders: "orders' commit",
  voids: "reaper's voids",
  change: "change",
  cancel: "cancel",
  transaction: "rebuild's COMMIT",
};

const struckOf = (proxies: readonly CuttingProxy[]): Record<string, number> => {
  const cuts = proxies.flatMap((proxy) => proxy.cuts);
  const count = (commit: Commit, where: Cut["where"]): number =>
    cuts.filter((made) => made.commit === commit && made.where === where).length;
  const sides = (Object.keys(NAMES) as Commit[]).flatMap((commit) =>
    SIDES.map((where) => [`cut ${where} the ${NAMES[commit]}`, count(commit, where)] as const),
  );
  return { "cut amid the orders' commit": count("orders", "amid"), ...Object.fromEntries(sides) };
};

const proxyAt = ({ proxies }: RunningSale, node: number): CuttingProxy => {
  const proxy = proxies[node];
  if (!proxy) throw new Error(`there is no proxy ${String(node)}`);
  return proxy;
};

const struck = async (made: Promise<MadeCut>): Promise<MadeCut> => {
  let cutMade: MadeCut | undefined;
  void made.then((it) => (cutMade = it));
  await until("a connection was cut", () => cutMade !== undefined, { timeoutMs: 20_000, everyMs: 5 });
  return made;
};
