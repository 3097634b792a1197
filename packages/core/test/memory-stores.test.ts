import {
  admissionContract,
  announcementsContract,
  inventoryChangesContract,
  inventoryContract,
  inventoryLoadingContract,
  locksContract,
  type AdmissionHarness,
  type ContractCase,
  type InventoryChangesHarness,
} from "#src/contract/index.js";
import { expect } from "chai";
import type { Clock, Inventory, Locks } from "#src/index.js";
import { lockThenHold } from "#src/index.js";
import { createMemoryAnnouncements, createMemoryInventory, createMemoryLocks } from "#src/memory/index.js";

const lockTtlMs = 10_000;

/** A clock that only `pass` moves. */
function turnedClock(): { clock: Clock; pass(ms: number): Promise<void> } {
  let nowMs = 1_700_000_000_000;
  return {
    clock: { now: () => nowMs, sleep: async () => undefined },
    async pass(ms) {
      nowMs += ms;
    },
  };
}

let names = 0;
const newName = () => `name-${(names += 1)}`;

function harness(
  wrap: (inventory: Inventory) => Inventory = (inventory) => inventory,
): AdmissionHarness & InventoryChangesHarness {
  const { clock, pass } = turnedClock();
  const locks = createMemoryLocks({ clock });
  const { inventory, loading, inventoryChanges } = createMemoryInventory({ clock, lockTtlMs, locks });
  const admission = lockThenHold(locks, inventory, { lockTtlMs });
  const now = async () => clock.now();
  const stores = { inventory: wrap(inventory), loading, inventoryChanges, locks, admission };
  return { ...stores, lockTtlMs, now, pass, newProductId: newName };
}

/** Whoever asks gets the lock, at any time. */
const locksThatGrantEverything: Locks = {
  acquire: async () => true,
  release: async () => undefined,
};

/** An inventory that is only ever reached through admission. */
function behindAdmission(inventory: Inventory, locks: Locks): Inventory {
  const { admit, confirm, release } = lockThenHold(locks, inventory, { lockTtlMs });
  return {
    ...inventory,
    confirm,
    release,
    hold: (request, lock) => (lock === "granted" ? admit(request) : inventory.hold(request, lock)),
  };
}

function suite<Harness>(name: string, cases: readonly ContractCase<Harness>[], fresh: () => Harness): void {
  describe(name, () => {
    for (const { name: sentence, run } of cases) it(sentence, () => run(fresh()));
  });
}

describe("stores in memory", () => {
  suite("Inventory", inventoryContract, () => harness());
  suite("InventoryLoading", inventoryLoadingContract, () => harness());
  suite("InventoryChanges", inventoryChangesContract, () => harness());
  suite("Admission, by lockThenHold", admissionContract, () => harness());
  suite("Inventory, behind locks that grant everything", inventoryContract, () =>
    harness((inventory) => behindAdmission(inventory, locksThatGrantEverything)),
  );
  suite("Locks", locksContract, () => {
    const { clock, pass } = turnedClock();
    return { locks: createMemoryLocks({ clock }), newName, pass };
  });
  it("let the lock of a cancelled order go with its hold: the buyer is admitted again at once", async () => {
    const { admission, loading, inventoryChanges } = harness();
    const window = { saleStartAtMs: 0, saleEndAtMs: 4_000_000_000_000 };
    await loading.load("sale", 1, { totalQuantity: 2, priceMinor: 1, perUserLimit: 2, revision: 0, ...window }, 0);
    await loading.finishTeaching("sale", 1);
    const request = { productId: "sale", epoch: 1, userId: "ada", quantity: 2, fingerprint: "2" };
    const admit = (reservationId: string) => admission.admit({ ...request, reservationId, expectedPriceMinor: null });
    expect((await admit("first")).kind).to.equal("held");
    const cancelled = { kind: "cancel", id: "first", productId: "sale", revision: 1, userId: "ada", units: 2 } as const;
    expect((await inventoryChanges.apply(1, cancelled)).kind).to.equal("applied");
    expect((await admit("second")).kind).to.equal("held");
    // Somebody else's by now.
    expect((await inventoryChanges.apply(1, { ...cancelled, revision: 2 })).kind).to.equal("contradicted");
    expect((await admit("third")).kind).to.equal("refused");
  });
  suite("Announcements", announcementsContract, () => {
    const announcements = createMemoryAnnouncements();
    return { announcements, elsewhere: announcements, settled: async () => undefined };
  });
});
