import { eventsOf, type KillPoint } from "../events.js";
import { kindOf } from "../faulty-ports.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { until } from "../wait.js";

const NODES = 2;

/** API processes that kill -9 themselves at one point of a purchase, and are started again. */
const killedAt = (name: string, point: KillPoint): Row => ({
  name,
  about: `API killed ${point}`,
  how: "kill -9",
  mustHold: "I1-I6",
  controls: [],
  async run(stage, options) {
    const planned = options.scale.strikes;
    const kills = { struck: 0, healed: 0 };
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 10,
      incidents: { planned, over: () => kills.healed },
      // The first lives are armed, in turn; each dies at a batch of its own that the seed chose.
      plan: (node, life) => {
        const strike = life * NODES + node;
        if (strike >= planned) return {};
        const buyer = strike % 2 === 0 ? "never asks again" : "asks again";
        return { kill: { point, buyer, passing: 3 + ((options.seed + strike * 7) % 11) } };
      },
    });

    const { fleet, scene } = sale;
    while (kills.healed < planned) {
      await until(
        "an API process was killed and is back",
        () => fleet.restarts.length > kills.healed || fleet.failures.length > 0,
      );
      const restart = fleet.restarts[kills.healed];
      if (!restart) break;
      await sale.healed(restart.readyAtMs, restart.node);
      kills.healed += 1;
    }

    const killed = eventsOf(scene.events, "killed");
    const ids = killed.flatMap((event) => event.ids);
    const { rows } = await scene.pool.query<{ id: string; status: string }>(
      "select id, status from orders where id = any ($1)",
      [ids],
    );
    const confirmedThen = rows.filter(({ status }) => status === "confirmed").length;
    const report = await sale.finish({
      struck: { [`killed ${point}`]: killed.length },
      // What was held and not committed must come back by a void; what was committed and not confirmed must stand.
      mustHappen: ({ voids }) =>
        point === "between admit and commit" ? { voids } : { "orders whose process died": confirmedThen },
      notes: {
        "struck, of buyers who never ask again": ids.filter((id) => kindOf(id) === "never asks again").length,
        "of buyers who do": ids.filter((id) => kindOf(id) === "asks again").length,
        "of them orders, before the sale sold out": confirmedThen,
        "back in service after, at most": `${String(longestOf(fleet.restarts))} ms`,
      },
      alsoWrong: (facts) => {
        const standing = new Map(facts.orders.map((row) => [row.id, row.status]));
        if (point === "between commit and confirm") {
          return ids
            .filter((id) => standing.get(id) !== "confirmed")
            .map((id) => `I6: order ${id} was committed and stands no more`);
        }
        return ids.filter((id) => !standing.has(id)).map((id) => `I6: reservation ${id} was held and never ended`);
      },
    });
    return killed.length < planned
      ? { ...report, missing: [...report.missing, `kills: ${String(killed.length)} of ${String(planned)}`] }
      : report;
  },
});

const longestOf = (restarts: readonly { diedAtMs: number; readyAtMs: number }[]): number =>
  Math.max(0, ...restarts.map(({ diedAtMs, readyAtMs }) => readyAtMs - diedAtMs));

export const killedBeforeCommit = killedAt("1", "between admit and commit");
export const killedBeforeConfirm = killedAt("1b", "between commit and confirm");
