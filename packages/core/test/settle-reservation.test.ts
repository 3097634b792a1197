import { createCatalogue } from "#src/catalogue.js";
import { draftOf, orderOf, PRODUCT, productOf } from "#src/contract/given.js";
import type { Committed } from "#src/group-commit.js";
import { settleReservation } from "#src/use-cases/settle-reservation.js";
import type { Announcement } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

const EPOCH = 3;
const draft = draftOf(1, { epoch: EPOCH });
const order = orderOf(draft, 1);

/** Settles a reservation that was admitted at revision 5, while the ledger is at `revision`; null: there is no such product. */
async function settled(committed: Exclude<Committed, { kind: "epoch-moved" }>, revision: number | null = 5) {
  const { admission } = createMemoryAdapters();
  const done: unknown[] = [];
  const announced: Announcement[] = [];
  const settle = settleReservation({
    catalogue: createCatalogue({
      products: { find: async () => (revision === null ? null : productOf({ revision })) },
    }),
    admission: {
      ...admission,
      confirm: async () => void done.push("not through the admission"),
      release: async (...of) => (done.push(["release", ...of]), { before: 0, after: 1 }),
    },
    inService: {
      ask: () => Promise.reject(new Error("nothing is asked")),
      restore: async (...of) => void done.push(["restore", ...of]),
    },
    followChanges: async (productId) => void done.push(["follow", productId]),
    confirm: (reservation) => done.push(["confirm", reservation]),
    announce: (announcement) => announced.push(announcement),
    inBackground: (doing) => done.push(`behind: ${doing}`),
  });
  return { outcome: await settle(draft, 5, committed), done, announced };
}

const confirm = ["confirm", draft];
const release = ["release", PRODUCT, EPOCH, [draft]];
const follow = ["follow", PRODUCT];
const restore = ["restore", PRODUCT, EPOCH, EPOCH];

describe("settling a reservation", () => {
  it("confirms an order", async () => {
    for (const created of [true, false]) {
      const { outcome, done } = await settled({ kind: "order", order, created });
      expect(outcome).to.deep.equal({ kind: "purchased", order, replayed: !created });
      expect(done).to.deep.equal([confirm]);
    }
  });

  it("leaves the hold of a cancelled order to its change, which gives the units back once", async () => {
    const cancelled = { ...order, status: "cancelled" } as const;
    const { outcome, done } = await settled({ kind: "order", order: cancelled, created: false });
    expect(outcome).to.deep.equal({ kind: "purchased", order: cancelled, replayed: true });
    expect(done).to.deep.equal([follow, "behind: following changes"]);
  });

  it("puts the units back where the id is somebody else's, or was ended before, and tells everybody", async () => {
    for (const [committed, answer] of [
      [{ kind: "conflict" }, { kind: "key-reused" }],
      [{ kind: "void", cause: "standing" }, "void before"],
    ] as const) {
      const { outcome, done, announced } = await settled(committed, 6);
      expect(outcome).to.deep.equal(answer);
      expect(done).to.deep.equal([release]);
      expect(announced).to.deep.equal([{ kind: "back-on-sale", productId: PRODUCT, epoch: EPOCH }]);
    }
  });

  it("has the inventory learn of a limit that was lowered after it had let the buyer through", async () => {
    const { outcome, done } = await settled({ kind: "void", cause: "limit" }, 6);
    expect(outcome).to.equal("void");
    expect(done).to.deep.equal([release, follow]);
  });

  it("trusts no inventory that admits what the ledger refuses, and nothing has changed that would excuse it", async () => {
    for (const [cause, revision] of [
      ["limit", 5],
      ["limit", 4],
      ["limit", null],
      ["total", 5],
      ["total", 6],
    ] as const) {
      const { outcome, done } = await settled({ kind: "void", cause }, revision);
      expect(outcome, `${cause} at ${String(revision)}`).to.equal("void");
      expect(done, `${cause} at ${String(revision)}`).to.deep.equal([restore]);
    }
  });

  it("says where to ask for an order only where one may stand, and leaves the hold to the reaper", async () => {
    for (const [mayStand, orderId] of [
      [true, draft.id],
      [false, null],
    ] as const) {
      const { outcome, done } = await settled({ kind: "unavailable", mayStand });
      expect(outcome).to.deep.equal({ kind: "unavailable", orderId });
      expect(done).to.deep.equal([]);
    }
  });
});
