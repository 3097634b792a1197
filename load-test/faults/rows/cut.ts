import type { CuttingProxy, MadeCut } from "../cutting-proxy.js";
import type { Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";
import { flush } from "./flushed.js";

/** Connections to Postgres that end at the worst moment: the client cannot know whether its COMMIT had an effect. */
export const cut: Row = {
  name: "8",
  about: "connection to Postgres cut right before and right after COMMIT",
  how: "proxy",
  mustHold: "I4, I6: every ambiguous commit resolved rightly",
  controls: [
    {
      built: "a commit whose end nobody knows is taken for one that failed",
      sabotage: { plan: { takesUnknownForVoid: true } },
      breaks: "I4",
    },
  ],
  async run(stage, options) {
    const rounds = options.scale.strikes;
    // A round cuts four times: orders and a rebuild's transaction, each before and after.
    const planned = rounds * 4;
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 10,
      proxied: true,
      incidents: { planned, over: () => over },
    });

    const orderCuts: MadeCut[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const where of sale.random.shuffled(["before", "after"] as const)) {
        const node = sale.random.below(sale.proxies.length);
        await until("somebody buys", () => sale.shop.history.sold() > over * 3);
        const made = await struck(proxyAt(sale, node).cutNext({ commit: "orders", where }));
        orderCuts.push(made);
        await sale.healed(made.atMs, node);
        over += 1;
      }
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const where of sale.random.shuffled(["before", "after"] as const)) {
        // Whichever process rebuilds: all are armed, and what is left is taken back.
        const armed = sale.proxies.map((proxy) => proxy.cutNext({ commit: "transaction", where }));
        await flush(sale);
        const made = await struck(Promise.race(armed));
        for (const proxy of sale.proxies) proxy.disarm();
        await sale.healed(made.atMs);
        over += 1;
      }
    }

    const rebuildCuts = sale.proxies.flatMap(({ cuts }) => cuts.filter(({ commit }) => commit === "transaction"));
    const count = (cuts: readonly MadeCut[], where: MadeCut["where"]) =>
      cuts.filter((made) => made.where === where).length;
    const ids = new Set(orderCuts.flatMap((made) => made.ids));
    ids.delete(sale.shop.productId);
    let resolved = 0;
    const report = await sale.finish({
      struck: {
        "cut before the orders' commit": count(orderCuts, "before"),
        "cut after the orders' commit": count(orderCuts, "after"),
        "cut before a rebuild's COMMIT": count(rebuildCuts, "before"),
        "cut after a rebuild's COMMIT": count(rebuildCuts, "after"),
      },
      mustHappen: ({ ambiguousCommits, rebuilds }) => ({ "ambiguous commits": ambiguousCommits, rebuilds }),
      alsoWrong: (facts) => {
        // The API lived on: it wrote each again, so each has an order, and its buyer was shown it.
        const standing = new Map(facts.orders.map((row) => [row.id, row.status]));
        const shown = new Set(
          sale.shop.history.asked.flatMap(({ heard }) => (heard.kind === "order" ? [heard.order.orderId] : [])),
        );
        const wrong = [...ids].filter((id) => standing.get(id) !== "confirmed" || !shown.has(id));
        resolved = ids.size - wrong.length;
        return wrong.map(
          (id) =>
            `I6: reservation ${id}, whose commit was cut, is ${standing.get(id) ?? "nowhere"}${shown.has(id) ? "" : ", not shown to its buyer"}`,
        );
      },
    });
    return {
      ...report,
      notes: { ...report.notes, "reservations in cut commits": ids.size, "of them sold, once": resolved },
    };
  },
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
