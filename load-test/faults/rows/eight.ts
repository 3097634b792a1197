import { writeFileSync } from "node:fs";
import { eventsOf } from "../events.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { until } from "../wait.js";
import { flush } from "./flushed.js";

const NODES = 8;

/** Eight processes that find their inventory lost at one moment, under load: one of them rebuilds. */
export const eight: Row = {
  name: "10",
  about: "8 processes notice a loss at once, at full load",
  how: "FLUSHALL",
  mustHold: "one rebuild an incident",
  controls: [
    {
      built: "a rebuild that does not look whether another process has mended it already",
      sabotage: {
        edits: [{ file: "core/dist/use-cases/rebuild.js", guard: "if (trusted &&", without: "if (false &&" }],
      },
      breaks: "I5",
    },
    {
      built: "a rebuild that reads the ledger without its lock",
      sabotage: {
        edits: [
          {
            file: "adapters-postgres/dist/ledger.js",
            guard: "where product_id = $1 for no key update",
            without: "where product_id = $1",
          },
        ],
      },
      breaks: "I5",
    },
  ],
  async run(stage, options) {
    // Each loss that is noticed by all at one moment is followed by one that nobody is held up at.
    const planned = options.scale.strikes * 2;
    let over = 0;
    const together: number[] = [];
    const apart: number[] = [];
    const wrong: string[] = [];
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 24,
      plan: (_node, _life, { barrier }) => ({ barrier }),
      incidents: { planned, over: () => over },
    });
    const { scene, shop } = sale;
    const ledgerEpoch = async (): Promise<number> => {
      const { rows } = await scene.pool.query<{ epoch: string }>("select epoch from ledger where product_id = $1", [
        shop.productId,
      ]);
      return Number(rows[0]?.epoch);
    };
    const noticed = (epoch: number) =>
      eventsOf(scene.events, "noticed").filter((event) => event.epoch === epoch).length;

    for (; over < planned; over += 1) {
      const enough = (options.scale.units * 0.3 * (over + 1)) / (planned + 1);
      await until("the sale is in full swing", () => shop.history.sold() >= enough);
      const epoch = await ledgerEpoch();
      const openGate = () => writeFileSync(`${scene.barrier}-${String(epoch)}`, "");
      const rebuilds = async (): Promise<number> => (await ledgerEpoch()) - epoch;
      const atOnce = over % 2 === 0;
      if (!atOnce) openGate();
      const { lostAtMs } = await flush(sale);
      // One more buyer at each process: the crowd alone might leave one out.
      const volley = Array.from({ length: NODES }, (_, node) =>
        shop.buy(node, { userId: `volley-${String(over)}-${String(node)}`, quantity: 1 }),
      );
      if (atOnce) {
        await until("all processes noticed", () => noticed(epoch) === NODES);
        openGate();
      }
      let answered = 0;
      for (const one of volley) void one.then(() => (answered += 1));
      const isOver = async (): Promise<boolean> => answered === NODES || (await rebuilds()) > 1;
      await until("the volley is answered", isOver, { everyMs: 20 });
      // A second rebuild is noticed as a loss itself, and all wait at a gate that nobody opens: the run ends with what it has seen.
      const soFar = await rebuilds();
      if (soFar > 1) {
        wrong.push(`I5: ${String(soFar)} rebuilds for one loss`);
        writeFileSync(`${scene.barrier}-all`, "");
        break;
      }
      await sale.healed(lostAtMs);
      (atOnce ? together : apart).push(shop.history.nextSaleMs(lostAtMs) ?? 0);
      const made = await rebuilds();
      if (made !== 1) wrong.push(`I5: ${String(made)} rebuilds for one loss`);
    }
    return await sale.finish({
      struck: { "losses that 8 noticed at once": together.length, "losses at load": apart.length },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: {
        "ms that sales stood still, the wait for the eighth included": together,
        "ms that sales stood still, nobody held up": apart,
      },
      alsoWrong: ({ epoch }) =>
        wrong.length > 0 || epoch - 1 === planned
          ? wrong
          : [`I5: ${String(epoch - 1)} rebuilds for ${String(planned)} losses`],
    });
  },
};
