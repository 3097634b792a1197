import { ANY_PRODUCT } from "../contestants/null-route.js";
import type { HttpContestant } from "../contestants/contestant.js";
import { soldOf } from "../load/answers.js";
import type { SteadyReport } from "../load/steady.js";

/** What is hot beside the cold products. */
export interface Neighbour {
  readonly name: string;
  buy(load: { readonly seconds: number; readonly connections: number; readonly prefix: string }): Promise<SteadyReport>;
  /** Throws where orders and answers differ. */
  check(hot: SteadyReport): Promise<void>;
  /** While another is measured it must not run. */
  pause(): void;
  resume(): void;
}

/** The machine's cores are taken, and nothing else. */
export const busyNullRoute = (nullRoute: HttpContestant): Neighbour => ({
  name: nullRoute.name,
  buy: (load) => nullRoute.buySteadily({ ...load, productId: ANY_PRODUCT, file: null }),
  async check({ statuses }) {
    soldOf(nullRoute.name, statuses);
  },
  pause: () => nullRoute.pause(),
  resume: () => nullRoute.resume(),
});

const UNITS = 10_000_000;

const hotProductOf = async (name: string, shop: HttpContestant): Promise<Neighbour> => {
  const productId = await shop.open(UNITS);
  let soldInAll = 0;
  return {
    name,
    buy: (load) => shop.buySteadily({ ...load, productId, file: null }),
    async check({ statuses }) {
      soldInAll += soldOf(name, statuses);
      const orders = (await shop.countOrders(productId)) ?? 0;
      if (orders !== soldInAll)
        throw new Error(`${name}: ${String(soldInAll)} answers 201 so far, but ${String(orders)} orders`);
    },
    pause: () => shop.pause(),
    resume: () => shop.resume(),
  };
};

const nothing = (): void => undefined;

/** A product of the cold ones' own shop, which always runs: same process, same stores. */
export const hotProduct = async (shop: HttpContestant): Promise<Neighbour> => ({
  ...(await hotProductOf("the hot product", shop)),
  pause: nothing,
  resume: nothing,
});

/** The same load on a shop that shares the machine with the cold ones', and nothing else. */
export const otherShop = (shop: HttpContestant): Promise<Neighbour> => hotProductOf("another shop", shop);
