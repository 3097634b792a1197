// What the k6 scripts share: where the API is, what it may answer, how a purchase is sent, counted and recorded.
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate } from "k6/metrics";

const BASE_URL = __ENV.BASE_URL || "http://localhost:3000/api/v1.0";
/** Several processes of one API take the requests in turns. */
const BASES = (__ENV.BASE_URLS || BASE_URL).split(",").map((url) => url.trim().replace(/\/+$/, ""));
/** Thresholds are fixed before any request is sent, so the units on sale must be said here; findSale() checks that they are. */
const UNITS = Number(__ENV.UNITS || 200);
/** Longer than the API ever takes, and shorter than k6 waits for what is under way at its end. */
const TIMEOUT = "20s";

/** Sold, replayed, refused by a rule of the sale, refused because the buyer has bought. */
const EXPECTED = [200, 201, 400, 403];
http.setResponseCallback(http.expectedStatuses(...EXPECTED));

const sold = new Counter("purchases_sold");
const refused = new Counter("purchases_refused");
const unexpected = new Rate("unexpected_statuses");

export const thresholds = {
  http_req_failed: ["rate<0.05"],
  http_req_duration: ["p(95)<800"],
  // Not one order too many, not one unit left over.
  purchases_sold: [`count==${UNITS}`],
  unexpected_statuses: ["rate<=0.001"],
};

/**
 * With RECORD_ANSWERS=true each purchase is written to the console, once before it is sent and once when it is answered, so that
 * one that was cut off is known as well. k6 puts the console into a file: --log-format raw --console-output answers.ndjson
 */
const RECORDING = __ENV.RECORD_ANSWERS === "true";
const record = (line) => console.log(JSON.stringify(line));

const url = (n, path) => `${BASES[n % BASES.length]}${path}`;

function count(answer) {
  unexpected.add(!EXPECTED.includes(answer.status));
  return answer;
}

/** For setup(): the newest product, by GET /sale/first, with all its units still on sale. */
export function findSale() {
  const address = url(0, "/sale/first");
  const answer = http.get(address);
  if (answer.status !== 200)
    exec.test.abort(`${address} answered ${answer.status}: is the API running there, with a product on sale?`);
  const sale = answer.json("data");
  if (sale.status !== "active" || sale.availableQuantity !== UNITS) {
    exec.test.abort(
      `The newest product's sale is ${sale.status}, with ${sale.availableQuantity} units left, but this run expects an ` +
        `active sale of ${UNITS}. Seed a new one (flash-sale seed --quantity ${UNITS}), or set UNITS=${sale.availableQuantity}.`,
    );
  }
  if (RECORDING) record({ productId: sale.productId });
  return { productId: sale.productId };
}

/** Sends the clicks `{ id, userId, key? }` at once, to different processes where there are several. Answers the answers. */
export function buy(productId, n, clicks) {
  const quantity = 1;
  const requests = clicks.map(({ userId, key }, click) => ({
    method: "POST",
    url: url(n + click, "/sale/purchase"),
    body: JSON.stringify({ productId, quantity }),
    params: {
      headers: {
        "content-type": "application/json",
        "x-user-id": userId,
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      tags: { name: "purchase" },
      timeout: TIMEOUT,
    },
  }));
  if (RECORDING) clicks.forEach(({ id, userId, key = null }) => record({ request: id, userId, key, quantity }));
  const answers = http.batch(requests).map(count);
  answers.forEach((answer, click) => {
    if (RECORDING) record({ request: clicks[click].id, status: answer.status, ...told(answer) });
    sold.add(answer.status === 201 ? 1 : 0);
    refused.add(answer.status === 400 || answer.status === 403 ? 1 : 0);
    check(answer, { "purchase: sold, or refused by the sale's rules": ({ status }) => EXPECTED.includes(status) });
  });
  return answers;
}

/** What an answer says of itself: its code where it refuses, and the order that it names. */
function told(answer) {
  try {
    const { code = null, data, details } = JSON.parse(answer.body);
    return { code, orderId: (data && data.orderId) || (details && details.orderId) || null };
  } catch {
    return { code: null, orderId: null };
  }
}

/** Looks at the sale as `userId`, so that a limit on requests counts viewers one by one. */
export function lookAtSale(productId, n, userId) {
  const params = { headers: { "x-user-id": userId }, tags: { name: "status" } };
  const answer = count(http.get(url(n, `/sale/status/${productId}`), params));
  check(answer, {
    "status: never more units than were on sale": (it) => {
      const { availableQuantity } = it.json("data");
      return it.status === 200 && availableQuantity >= 0 && availableQuantity <= UNITS;
    },
  });
}

export function lookAtOwnOrders(productId, n, userId) {
  const params = { headers: { "x-user-id": userId }, tags: { name: "user status" } };
  const answer = count(http.get(url(n, `/sale/user/status?productId=${productId}`), params));
  check(answer, {
    "user status: at most the one order a user may have": (it) =>
      it.status === 200 && it.json("data.orders").length <= 1,
  });
}
