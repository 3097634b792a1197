import { impatientVisits } from "../impatient.js";
import { SMALL, type Row } from "../row.js";
import { openSale } from "../sale.js";
import { flush } from "./flushed.js";

const VISITS = { large: 300, small: 48 };

/** Clients that ask again and again, hang up, and use one key for two purchases. */
export const clients: Row = {
  name: "14",
  about: "clients retry 20 times, cut connections, mix keys",
  how: "workload",
  mustHold: 'I3, I4; never "already purchased" without an order id',
  controls: [
    {
      built: "reservation ids of joined strings",
      sabotage: {
        edits: [{ file: "http-koa/dist/system.js", guard: "JSON.stringify(parts)", without: 'parts.join(":")' }],
      },
      breaks: "I4",
    },
    {
      built: "reservation ids that are not made of the buyer's key",
      sabotage: {
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
      built: "a key that may come with another body",
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/purchase.js",
            guard: "&& order.fingerprint === fingerprint",
            without: "",
          },
        ],
      },
      breaks: "I4",
    },
    {
      built: '"already purchased" that names no order',
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/purchase.js",
            guard: "orders.filter(({ units }) => units > 0)",
            without: "orders.filter(() => false)",
          },
        ],
      },
      breaks: "I3",
    },
    {
      built: "a limit that neither the hold nor the commit looks at",
      sabotage: {
        edits: [
          { file: "scripts/hold.lua", guard: "purchased + quantity > limit", without: "false" },
          { file: ".sql", guard: "v_check.within_limit and ", without: "" },
        ],
      },
      breaks: "I3",
    },
  ],
  async run(stage, options) {
    const visits = VISITS[options.scale === SMALL ? "small" : "large"];
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      scale: { ...options.scale, units: options.scale.units * 2 },
      nodes: 3,
      clients: 3,
      foreseen: ["IDEMPOTENCY_KEY_REUSED"],
      incidents: { planned: 1, over: () => over },
    });
    const { shop } = sale;
    const first = await impatientVisits(sale, visits / 2, 4);
    // A new inventory has to know what their keys stand for.
    const { lostAtMs } = await flush(sale);
    await sale.healed(lostAtMs);
    over = 1;
    const second = await impatientVisits(sale, visits / 2, 4);

    const both = (of: keyof typeof first): number => first[of] + second[of];
    const heard = (code: string): number =>
      shop.history.asked.filter((one) => one.heard.kind === "refused" && one.heard.code === code).length;
    return await sale.finish({
      struck: {
        "connections cut in mid-request": both("cuts"),
        "asked again with one key": both("retries"),
        "one key with two bodies": both("otherBodies"),
        "one key of two users": both("twoUsers"),
        "users and keys that are alike when joined": both("joinedAlike"),
        '"already purchased"': heard("ALREADY_PURCHASED"),
        '"key reused"': heard("IDEMPOTENCY_KEY_REUSED"),
      },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
    });
  },
};
