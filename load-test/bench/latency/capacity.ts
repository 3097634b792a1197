import type { Contestant } from "../contestants/contestant.js";
import { spread, type Spread } from "../statistics.js";
import { awake } from "../turns/awake.js";

const CONNECTIONS = 64;
const ROUNDS = 3;

/** Answers a second in a closed loop, after a round that is not counted: what an open loop's load is a share of. */
export const capacityOf = (contestant: Contestant, buyers: number): Promise<Spread> =>
  awake(contestant, async () => {
    const perSecond: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const productId = await contestant.open(buyers);
      const prefix = `c${String(round)}`;
      const { statuses, seconds } = await contestant.drive({ productId, buyers, atOnce: CONNECTIONS, prefix });
      const orders = (await contestant.countOrders(productId)) ?? buyers;
      if (statuses[contestant.answers] !== buyers || orders !== buyers)
        throw new Error(
          `${contestant.name}: ${String(buyers)} buyers, ${String(orders)} orders and ${JSON.stringify(statuses)}`,
        );
      if (round > 0) perSecond.push(buyers / seconds);
    }
    return spread(perSecond);
  });
