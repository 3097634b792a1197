import type { Admission } from "../ports/admission.js";
import { purchaseLock, type Locks } from "../ports/locks.js";
import type { Reservation } from "../reservation.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { endingCases } from "./ending.js";
import { holdingCases } from "./holding.js";
import { expectRefused, heldBy, id, putOnSale, type InventoryHarness, type Stock } from "./stock.js";

/** What the suite of Admission needs of a store. */
export interface AdmissionHarness extends InventoryHarness {
  readonly admission: Admission;
  /** The locks that the admission takes. */
  readonly locks: Locks;
}

const LONG_MS = 60_000;

async function isFree(locks: Locks, { productId, epoch }: Stock, userId: string): Promise<boolean> {
  const lock = purchaseLock(productId, epoch, userId);
  const free = await locks.acquire(lock, "somebody who looks", LONG_MS);
  await locks.release(lock, "somebody who looks");
  return free;
}

async function expectLocked(
  harness: AdmissionHarness,
  stock: Stock,
  { userId, deadlineMs }: Reservation,
): Promise<void> {
  const free = await isFree(harness.locks, stock, userId);
  // On a slow day its time is over before anybody looks.
  expect(!free || (await harness.now()) >= deadlineMs, `the lock of ${userId} is taken`);
}

/** What every Admission must do, in one script or by `lockThenHold`. */
export const admissionContract: ContractCase<AdmissionHarness>[] = [
  ...holdingCases<AdmissionHarness>(({ admission }) => admission),
  ...endingCases<AdmissionHarness>(({ admission }) => admission),
  {
    name: "refuses while the buyer's lock is somebody else's, after window and price, and not afterwards",
    async run(harness) {
      const { admission, locks } = harness;
      const stock = await putOnSale(harness);
      const ask = (asked = {}) =>
        stock.unchanged("the refusal", () => admission.admit(stock.request("ada", id(1), asked)));
      const lock = purchaseLock(stock.productId, 1, "ada");
      await locks.acquire(lock, id(2), LONG_MS);
      expectRefused(await ask(), "in-progress");
      expectRefused(await ask({ expectedPriceMinor: 1 }), "price-changed");
      heldBy(await admission.admit(stock.request("bob", id(3))));
      await locks.release(lock, id(2));
      heldBy(await admission.admit(stock.request("ada", id(1))));
    },
  },
  {
    name: "takes the buyer's lock with the units, for as long as the hold's life",
    async run(harness) {
      const { admission, locks } = harness;
      const stock = await putOnSale(harness);
      await expectLocked(harness, stock, heldBy(await admission.admit(stock.request("ada", id(1)))));
      const own = await locks.acquire(purchaseLock(stock.productId, 1, "ada"), id(1), harness.lockTtlMs);
      expectEqual(own, true, "the lock is the reservation's own");
      expectEqual(await isFree(locks, stock, "bob"), true, "another buyer's lock is free");
      await harness.pass(harness.lockTtlMs + 5);
      expectEqual(await isFree(locks, stock, "ada"), true, "the lock went by itself");
    },
  },
  {
    name: "leaves the lock with the units where the same reservation is admitted again",
    async run(harness) {
      const stock = await putOnSale(harness);
      const admit = () => harness.admission.admit(stock.request("ada", id(1)));
      const reservation = heldBy(await admit());
      expectEqual((await admit()).kind, "already-held", "the second answer");
      await expectLocked(harness, stock, reservation);
    },
  },
  {
    name: "takes no lock with a refusal",
    async run(harness) {
      const { admission, locks } = harness;
      const stock = await putOnSale(harness, { totalQuantity: 1 });
      const refused = (asked: object) => admission.admit(stock.request("ada", id(1), asked));
      expectRefused(await refused({ quantity: 3 }), "exceeds-limit");
      expectRefused(await refused({ expectedPriceMinor: 1 }), "price-changed");
      expectRefused(await refused({ quantity: 2 }), "sold-out");
      expectEqual((await refused({ epoch: 2 })).kind, "not-in-service", "another epoch");
      expectEqual(await isFree(locks, stock, "ada"), true, "the lock is free");
    },
  },
  {
    name: "lets the lock go with the hold, whether it is confirmed or released",
    async run(harness) {
      const { admission, locks } = harness;
      const stock = await putOnSale(harness);
      const ada = heldBy(await admission.admit(stock.request("ada", id(1))));
      const bob = heldBy(await admission.admit(stock.request("bob", id(2))));
      await expectLocked(harness, stock, ada);
      await admission.confirm(stock.productId, 1, [ada]);
      expectEqual(await isFree(locks, stock, "ada"), true, "ada's lock is free");
      await expectLocked(harness, stock, bob);
      await admission.release(stock.productId, 1, [bob]);
      expectEqual(await isFree(locks, stock, "bob"), true, "bob's lock is free in the end");
    },
  },
  {
    name: "leaves a lock alone that is another reservation's when a hold ends",
    async run(harness) {
      const { admission } = harness;
      const stock = await putOnSale(harness);
      const first = heldBy(await admission.admit(stock.request("ada", id(1))));
      await admission.release(stock.productId, 1, [first]);
      const later = heldBy(await admission.admit(stock.request("ada", id(2))));
      await admission.release(stock.productId, 1, [first]);
      await admission.confirm(stock.productId, 1, [first]);
      await expectLocked(harness, stock, later);
    },
  },
];
