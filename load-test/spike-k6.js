// A spike at a fixed arrival rate: buyers come when they come, however long the API takes. Against an API that runs already, with
// one product whose units are all still on sale:
//   k6 run load-test/spike-k6.js
//   RATE=500 DURATION=60s UNITS=1000 k6 run load-test/spike-k6.js
// RATE is buyers a second at the height of the spike (200), DURATION the time it stays there (15s); UNITS (200) must be fewer than
// the buyers that come. BASE_URL, BASE_URLS and RECORD_ANSWERS as in flash-sale-k6.js. `npm run k6 -- --scenario spike` does it all.
import { check } from "k6";
import exec from "k6/execution";
import { buy, findSale, lookAtOwnOrders, lookAtSale, thresholds } from "./k6/sale.js";

const RATE = Number(__ENV.RATE || 200);
const DURATION = __ENV.DURATION || "15s";
/** Every fifth buyer sends an idempotency key, and asks again with it. */
const KEY_EVERY = 5;

export const options = {
  scenarios: {
    spike: {
      executor: "ramping-arrival-rate",
      exec: "purchase",
      startRate: Math.ceil(RATE / 20),
      timeUnit: "1s",
      preAllocatedVUs: Math.min(RATE, 200),
      maxVUs: RATE * 3,
      stages: [
        { target: Math.ceil(RATE / 20), duration: "3s" },
        { target: RATE, duration: "1s" },
        { target: RATE, duration: DURATION },
        { target: 0, duration: "1s" },
      ],
    },
    status: {
      executor: "constant-arrival-rate",
      exec: "status",
      rate: 50,
      duration: DURATION,
      preAllocatedVUs: 10,
      maxVUs: 50,
    },
  },
  // A buyer whom k6 could not send in time would hide how slow the API was.
  thresholds: { ...thresholds, "dropped_iterations{scenario:spike}": ["count<1"] },
  summaryTrendStats: ["avg", "min", "med", "p(95)", "p(99)", "max"],
};

/** Discovers the newest product by GET /sale/first. */
export function setup() {
  return findSale();
}

const user = (n) => `k6-spike-${n}`;

export function purchase({ productId }) {
  const n = exec.scenario.iterationInTest;
  const userId = user(n);
  if (n % KEY_EVERY !== 0) {
    buy(productId, n, [{ id: `${n}-0`, userId }]);
    return;
  }
  const key = `k6-key-${n}`;
  const [first] = buy(productId, n, [{ id: `${n}-0`, userId, key }]);
  const [again] = buy(productId, n + 1, [{ id: `${n}-1`, userId, key }]);
  if (first.status !== 201) return;
  check(again, {
    "purchase: the same key gives the same order, as a replay": (it) =>
      it.status === 200 && it.json("data.orderId") === first.json("data.orderId"),
  });
  lookAtOwnOrders(productId, n, userId);
}

export function status({ productId }) {
  const n = exec.scenario.iterationInTest;
  lookAtSale(productId, n, user(n));
}
