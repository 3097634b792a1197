import { createConfirms } from "#src/confirms.js";
import { draftOf, OTHER_PRODUCT, PRODUCT } from "#src/contract/given.js";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

function opened() {
  const { admission } = createMemoryAdapters();
  const sent: { productId: string; epoch: number; ids: string[] }[] = [];
  const behind: string[] = [];
  const confirm = createConfirms({
    admission: {
      ...admission,
      confirm: async (productId, epoch, reservations) =>
        void sent.push({ productId, epoch, ids: reservations.map(({ id }) => id) }),
    },
    inBackground: (doing) => behind.push(doing),
  });
  return { confirm, sent, behind };
}

describe("confirms", () => {
  it("go out in one call for the orders of one turn, which nobody waits for", async () => {
    const { confirm, sent, behind } = opened();
    const drafts = [1, 2, 3].map((index) => draftOf(index, { epoch: 3 }));
    drafts.forEach(confirm);
    expect(sent, "within the turn").to.deep.equal([]);
    await Promise.resolve();
    expect(sent).to.deep.equal([{ productId: PRODUCT, epoch: 3, ids: drafts.map(({ id }) => id) }]);
    expect(behind).to.deep.equal(["confirm"]);
  });

  it("are sent again for the orders of the next turn", async () => {
    const { confirm, sent } = opened();
    for (const index of [1, 2]) {
      confirm(draftOf(index));
      await Promise.resolve();
    }
    expect(sent.map(({ ids }) => ids)).to.deep.equal([1, 2].map((index) => [draftOf(index).id]));
  });

  it("keep products and epochs apart", async () => {
    const { confirm, sent } = opened();
    confirm(draftOf(1, { epoch: 1 }));
    confirm(draftOf(2, { epoch: 2 }));
    confirm(draftOf(3, { epoch: 1, productId: OTHER_PRODUCT }));
    await Promise.resolve();
    expect(sent.map(({ productId, epoch }) => [productId, epoch])).to.deep.equal([
      [PRODUCT, 1],
      [PRODUCT, 2],
      [OTHER_PRODUCT, 1],
    ]);
  });
});
