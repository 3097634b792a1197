// The rush on a flash sale, against an API that runs already, with one product whose units are all still on sale:
//   k6 run load-test/flash-sale-k6.js
//   BASE_URL=http://localhost:3000/api/v1.0 k6 run load-test/flash-sale-k6.js
//   UNITS=500 USERS=20000 k6 run load-test/flash-sale-k6.js
//   BASE_URLS=http://localhost:3000/api/v1.0,http://localhost:3001/api/v1.0 k6 run load-test/flash-sale-k6.js
// `npm run k6` at the root starts everything it needs, runs this, and counts the orders in PostgreSQL afterwards.
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate } from "k6/metrics";

const BASE_URL = __ENV.BASE_URL || "http://localhost:3000/api/v1.0";
/** Several processes of one API take the requests in turns. */
const BASES = (__ENV.BASE_URLS || BASE_URL).split(",").map((url) => url.trim().replace(/\/+$/, ""));
/** Thresholds are fixed before any request is sent, so the units on sale must be said here; setup() checks that they are. */
const UNITS = Number(__ENV.UNITS || 200);
const USERS = Number(__ENV.USERS || 10000);
/** Every tenth buyer clicks twice: both clicks leave at once, to different processes where there are several. */
const DOUBLE_CLICK_EVERY = 10;

/** Sold, replayed, refused by a rule of the sale, refused because the buyer has bought. */
const EXPECTED = [200, 201, 400, 403];
http.setResponseCallback(http.expectedStatuses(...EXPECTED));

const sold = new Counter("purchases_sold");
const refused = new Counter("purchases_refused");
const unexpected = new Rate("unexpected_statuses");

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
  thresholds: {
    http_req_failed: ["rate<0.05"],
    http_req_duration: ["p(95)<800"],
    // Not one order too many, not one unit left over.
    purchases_sold: [`count==${UNITS}`],
    unexpected_statuses: ["rate<=0.001"],
  },
  summaryTrendStats: ["avg", "min", "med", "p(95)", "p(99)", "max"],
};

export function setup() {
  const answer = http.get(`${BASES[0]}/sale/first`);
  if (answer.status !== 200) {
    exec.test.abort(
      `${BASES[0]}/sale/first answered ${answer.status}: is the API running there, with a product on sale?`,
    );
  }
  const sale = answer.json("data");
  if (sale.status !== "active" || sale.availableQuantity !== UNITS) {
    exec.test.abort(
      `The newest product's sale is ${sale.status}, with ${sale.availableQuantity} units left, but this run expects an ` +
        `active sale of ${UNITS}. Seed a new one (flash-sale seed --quantity ${UNITS}), or set UNITS=${sale.availableQuantity}.`,
    );
  }
  return { productId: sale.productId };
}

/** The nth of the generated users, a new one for every iteration of the purchase scenario. */
const user = (n) => `k6-user-${n}`;
const randomUser = () => user(Math.floor(Math.random() * USERS));
const base = (n) => BASES[n % BASES.length];

function count(answer) {
  unexpected.add(!EXPECTED.includes(answer.status));
  return answer;
}

export function purchase({ productId }) {
  const n = exec.scenario.iterationInTest;
  const clicks = n % DOUBLE_CLICK_EVERY === 0 ? 2 : 1;
  const requests = Array.from({ length: clicks }, (_, click) => ({
    method: "POST",
    url: `${base(n + click)}/sale/purchase`,
    body: JSON.stringify({ productId, quantity: 1 }),
    params: { headers: { "content-type": "application/json", "x-user-id": user(n) }, tags: { name: "purchase" } },
  }));
  for (const answer of http.batch(requests).map(count)) {
    sold.add(answer.status === 201 ? 1 : 0);
    refused.add(answer.status === 400 || answer.status === 403 ? 1 : 0);
    check(answer, { "purchase: sold, or refused by the sale's rules": ({ status }) => EXPECTED.includes(status) });
  }
}

export function status({ productId }) {
  const n = exec.scenario.iterationInTest;
  // Named as a user, so that a limit on requests counts viewers one by one.
  const params = { headers: { "x-user-id": randomUser() }, tags: { name: "status" } };
  const answer = count(http.get(`${base(n)}/sale/status/${productId}`, params));
  check(answer, {
    "status: never more units than were on sale": (it) => {
      const { availableQuantity } = it.json("data");
      return it.status === 200 && availableQuantity >= 0 && availableQuantity <= UNITS;
    },
  });
}

export function userStatus({ productId }) {
  const n = exec.scenario.iterationInTest;
  const params = { headers: { "x-user-id": randomUser() }, tags: { name: "user status" } };
  const answer = count(http.get(`${base(n)}/sale/user/status?productId=${productId}`, params));
  check(answer, {
    "user status: at most the one order a user may have": (it) =>
      it.status === 200 && it.json("data.orders").length <= 1,
  });
}
