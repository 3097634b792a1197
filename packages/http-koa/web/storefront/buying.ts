import type { Refused } from "../shared/api.js";
import { attemptName, beginAttempt, endAttempt, isFresh, openAttempt, type Attempt } from "./attempt.js";
import type { Buyer } from "./buyer.js";
import { remember } from "./my-orders.js";
import { inOneTab } from "./one-tab.js";
import { carryOut, type PurchaseResult } from "./purchase.js";

export type Buying =
  | { readonly kind: "idle" | "sending" }
  /** Another tab is at it. */
  | { readonly kind: "elsewhere" }
  /** Asks again by itself. */
  | { readonly kind: "waiting"; readonly refused: Refused }
  /** Begun long ago, and never answered. */
  | { readonly kind: "left-open" }
  | PurchaseResult;

export type Wish = Pick<Attempt, "quantity" | "expectedPrice">;

export interface BuyingOptions {
  readonly productId: string;
  readonly buyer: Buyer;
  readonly onChange: (buying: Buying) => void;
  /** What this buyer owns may have changed, here or in another tab. */
  readonly onOrders: () => void;
}

/** The one way to buy a product as one buyer: however it is pressed, in however many tabs, one attempt goes on at a time. */
export interface BuyingDesk {
  buy(wish: Wish): void;
  /** Goes on with what was begun before, if anything was. */
  resume(): void;
  /** The shop was heard from: what waits for it need not wait longer. */
  wake(): void;
  /** While something is under way, nobody else can take the desk. */
  readonly isBusy: boolean;
  close(): void;
}

/** A second press that still belongs to the first is no second purchase. */
const REST_MS = 1_500;

export function openDesk({ productId, buyer, onChange, onOrders }: BuyingOptions): BuyingDesk {
  const { userId } = buyer;
  const lock = `flash-sale.${userId}.${productId}`;
  let state: Buying = { kind: "idle" };
  let isBusy = false;
  let restUntilMs = 0;
  const { pause, endPause } = pauses();

  const turn = (next: Buying): void => {
    state = next;
    onChange(next);
  };

  async function carry(wish: Wish | null): Promise<void> {
    const begun = openAttempt(userId, productId);
    const attempt = begun ?? (wish && beginAttempt(userId, productId, wish));
    if (attempt === null) return;
    turn({ kind: "sending" });
    const onWait = (refused: Refused): void => turn({ kind: "waiting", refused });
    const result = await carryOut(attempt, { productId, buyer, isNew: begun === null }, { onWait, pause });
    if (result.kind !== "unanswered") endAttempt(userId, productId, attempt);
    if (result.kind === "bought") {
      remember(result.purchase);
      restUntilMs = Date.now() + REST_MS;
    }
    turn(result);
    onOrders();
  }

  async function run(wish: Wish | null): Promise<void> {
    if (isBusy || Date.now() < restUntilMs) return;
    isBusy = true;
    const isDone = await inOneTab(
      lock,
      () => carry(wish),
      () => turn({ kind: "elsewhere" }),
    );
    isBusy = false;
    if (isDone) return;
    // The other tab's result is this one's; what it left open goes on here.
    turn({ kind: "idle" });
    onOrders();
    if (openAttempt(userId, productId)) await run(null);
  }

  const onStorage = ({ key, newValue }: StorageEvent): void => {
    if (key === attemptName(userId, productId) && newValue === null) onOrders();
  };
  const isOpenAndFresh = (): boolean => {
    const attempt = openAttempt(userId, productId);
    return attempt !== null && isFresh(attempt);
  };
  const wake = (): void => {
    if (state.kind === "waiting" && state.refused.status === 0) endPause();
    else if (state.kind === "unanswered" && state.refused.status === 0 && isOpenAndFresh()) void run(null);
  };
  addEventListener("storage", onStorage);
  addEventListener("online", wake);
  return {
    buy: (wish) => void run(wish),
    resume() {
      if (isOpenAndFresh()) void run(null);
      else if (openAttempt(userId, productId)) turn({ kind: "left-open" });
    },
    wake,
    get isBusy() {
      return isBusy;
    },
    close() {
      removeEventListener("storage", onStorage);
      removeEventListener("online", wake);
    },
  };
}

/** A wait that may be cut short. */
function pauses(): { pause(ms: number): Promise<void>; endPause(): void } {
  let end = (): void => undefined;
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    endPause: () => end(),
  };
}
