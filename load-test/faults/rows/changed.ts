import { setTimeout as sleep } from "node:timers/promises";
import { openAdmin } from "../admin.js";
import { startChanging } from "../changing.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { until } from "../wait.js";
import { flush } from "./flushed.js";

/** Changes of every kind, each begun right before the loss, so that a rebuild meets it half way. */
const CHANGES_AT_A_LOSS = 3;
const CANCELS_AT_A_LOSS = 3;

/** Admins cancel, and change total, price and limit, while the inventory is lost and built anew. */
export const changed: Row = {
  name: "15",
  about: "cancels and changes of total, price and limit during rebuilds",
  how: "workload, FLUSHALL",
  mustHold: "I2",
  controls: [
    {
      built: "an inventory that applies a change again that it has applied before",
      sabotage: {
        edits: [
          {
            file: "scripts/apply.lua",
            guard: "if revision < next_revision then return { 'applied-before' } end",
            without: "",
          },
        ],
      },
      breaks: "I2",
    },
  ],
  async run(stage, options) {
    const losses = options.scale.strikes + 1;
    const byHand = { asked: 0, done: 0 };
    let over = 0;
    let heldUnitsLost = 0;
    const drift: string[] = [];
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 8,
      incidents: { planned: losses * 2, over: () => over },
    });
    const { shop, random, fleet, scene } = sale;
    const admin = openAdmin(fleet.urls, shop);
    const changing = startChanging(admin, shop, random, options.scale.units);

    /** Cancels and changes under way, and something that forces a rebuild in their midst. */
    const inTheMidst = async (strike: () => Promise<unknown>): Promise<void> => {
      const underWay = [
        ...Array.from({ length: CHANGES_AT_A_LOSS }, () => changing.change()),
        ...Array.from({ length: CANCELS_AT_A_LOSS }, () => changing.cancel()),
      ];
      await sleep(random.below(8));
      await strike();
      await Promise.all(underWay);
      over += 1;
    };
    for (let loss = 0; loss < losses; loss += 1) {
      const enough = (options.scale.units * 0.3 * (over + 1)) / (losses * 2 + 1);
      await until("the sale is in full swing", () => shop.history.sold() >= enough);
      await inTheMidst(async () => {
        const { held, lostAtMs } = await flush(sale);
        heldUnitsLost += held;
        await sale.healed(lostAtMs);
      });
      await inTheMidst(async () => {
        byHand.asked += 1;
        const heard = await admin.rebuild(random.below(shop.nodes));
        if (heard.kind === "done") byHand.done += 1;
      });
    }
    // No rebuild comes after these to hide what they do.
    await changing.change();
    for (let cancel = 0; cancel < CANCELS_AT_A_LOSS; cancel += 1) await changing.cancel();
    await changing.settle();
    const looked = await admin.reconcile(0);
    if (looked.kind === "done") {
      const report = looked.data as { drift: readonly object[] };
      drift.push(...report.drift.map((one) => `I2: drift after the changes: ${JSON.stringify(one)}`));
    }

    const { changes, cancels, refused, unknown } = changing.counts();
    const wrong = await changing.check(scene.pool);
    return await sale.finish({
      struck: { "FLUSHALL amid changes": losses, "rebuild by hand amid changes": byHand.done },
      mustHappen: ({ rebuilds }) => ({ rebuilds, changes, cancels }),
      notes: {
        "changes answered": changes,
        "cancellations answered, each asked of two processes": cancels,
        "refused, the total was too low": refused,
        "answered 503": unknown,
        "units held when it struck": heldUnitsLost,
      },
      alsoWrong: ({ epoch }) => [
        ...wrong,
        ...drift,
        ...(epoch - 1 <= losses + byHand.asked
          ? []
          : [`I5: ${String(epoch - 1)} rebuilds for ${String(losses)} losses and ${String(byHand.asked)} by hand`]),
      ],
    });
  },
};
