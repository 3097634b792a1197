import type { Buyer } from "./buyer.js";
import { ordersOf, type Mine } from "./my-orders.js";

/** What the page knows of a buyer's orders of one product. */
export interface OrderBook {
  /** Null: not asked yet, or not answered. */
  readonly mine: Mine | null;
  /** The API does not know who this is. */
  readonly isStranger: boolean;
  /** Another buyer's from now on. */
  open(buyer: Buyer): void;
  look(): void;
  /** Looks where the last look is some time ago. */
  lookAgain(): void;
}

const AGAIN_MS = 5_000;

export function orderBook(productId: string, onChange: () => void): OrderBook {
  let buyer: Buyer | null = null;
  let mine: Mine | null = null;
  let isStranger = false;
  let lookedAtMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    clearTimeout(timer);
    lookedAtMs = Date.now();
    const asked = buyer;
    if (asked === null) return;
    const answer = await ordersOf(productId, asked);
    if (asked !== buyer) return;
    isStranger = !answer.ok && answer.status === 401;
    if (answer.ok) mine = answer.data;
    else if (!isStranger) timer = setTimeout(() => void look(), Math.max(answer.retryAfterMs ?? 0, AGAIN_MS));
    onChange();
  }

  return {
    get mine() {
      return mine;
    },
    get isStranger() {
      return isStranger;
    },
    open(next) {
      buyer = next;
      mine = null;
      isStranger = false;
      void look();
    },
    look: () => void look(),
    lookAgain() {
      if (Date.now() - lookedAtMs > AGAIN_MS) void look();
    },
  };
}
