// The rush on a flash sale, against an API that runs already, with one product whose units are all still on sale:
//   k6 run load-test/flash-sale-k6.js
//   BASE_URL=http://localhost:3000/api/v1.0 k6 run load-test/flash-sale-k6.js
//   UNITS=500 USERS=20000 k6 run load-test/flash-sale-k6.js
//   BASE_URLS=http://localhost:3000/api/v1.0,http://localhost:3001/api/v1.0 k6 run load-test/flash-sale-k6.js
// With every answer in a file, for `npm run audit`:
//   RECORD_ANSWERS=true k6 run --log-format raw --console-output answers.ndjson load-test/flash-sale-k6.js
// `npm run k6` at the root starts everything it needs, runs this, and audits the orders afterwards.
import exec from "k6/execution";
import { buy, findSale, lookAtOwnOrders, lookAtSale, thresholds } from "./k6/sale.js";

const USERS = Number(__ENV.USERS || 10000);
/** Every tenth buyer clicks twice: both clicks leave at once, to different processes where there are several. */
const DOUBLE_CLICK_EVERY = 10;

export const options = {
  scenarios: {
    // Ends once each of the users has tried to buy, so its length is the API's to say.
    purchase: { executor: "shared-iterations", exec: "purchase", vus: 100, iterations: USERS, maxDuration: "5m" },
    status: {
      executor: "constant-arrival-rate",
      exec: "status",
      rate: 50,
      duration: "20s",
      preAllocatedVUs: 10,
      maxVUs: 50,
    },
    user_status: {
      executor: "constant-arrival-rate",
      exec: "userStatus",
      rate: 50,
      duration: "20s",
      preAllocatedVUs: 10,
      maxVUs: 50,
    },
  },
  // http_req_failed < 5 %, http_req_duration p(95) < 800 ms, and each unit sold once: see k6/sale.js.
  thresholds,
  summaryTrendStats: ["avg", "min", "med", "p(95)", "p(99)", "max"],
};

/** Discovers the newest product by GET /sale/first. */
export function setup() {
  return findSale();
}

/** The nth of the generated users, a new one for every iteration of the purchase scenario. */
const user = (n) => `k6-user-${n}`;
const randomUser = () => user(Math.floor(Math.random() * USERS));

export function purchase({ productId }) {
  const n = exec.scenario.iterationInTest;
  const clicks = n % DOUBLE_CLICK_EVERY === 0 ? 2 : 1;
  buy(
    productId,
    n,
    Array.from({ length: clicks }, (_, click) => ({ id: `${n}-${click}`, userId: user(n) })),
  );
}

export function status({ productId }) {
  lookAtSale(productId, exec.scenario.iterationInTest, randomUser());
}

export function userStatus({ productId }) {
  lookAtOwnOrders(productId, exec.scenario.iterationInTest, randomUser());
}
