import { expect } from "chai";
import type { Inventory } from "@flash-sale/core";
import { simulate, type Stores } from "@flash-sale/core/simulation";

/** What somebody who writes an adapter would pass: here one that counts what it is asked for, before the stores that are there. */
function ownInventory(inventory: Inventory): { readonly own: Inventory; readonly asked: Map<string, number> } {
  const asked = new Map<string, number>();
  const counted = <A extends readonly unknown[], R>(method: string, call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      asked.set(method, (asked.get(method) ?? 0) + 1);
      return call(...args);
    };
  };
  const own: Inventory = {
    hold: counted("hold", inventory.hold),
    confirm: counted("confirm", inventory.confirm),
    release: counted("release", inventory.release),
    expired: counted("expired", inventory.expired),
    status: counted("status", inventory.status),
    audit: counted("audit", inventory.audit),
    buyers: counted("buyers", inventory.buyers),
  };
  return { own, asked };
}

describe("stores of one's own in the simulator", () => {
  it("are what the processes reach, and are judged like any others", async () => {
    let asked = new Map<string, number>();
    const rewire = (stores: Stores): Stores => {
      const made = ownInventory(stores.inventory);
      asked = made.asked;
      return { ...stores, inventory: made.own };
    };
    const { violation, counts } = await simulate({ seed: 3, rewire });
    expect(violation).to.equal(null);
    expect(counts.get("attempts")).to.be.at.least(200);
    expect(asked.get("hold")).to.be.greaterThan(50);
    expect(asked.get("confirm")).to.be.greaterThan(0);
    expect(asked.get("status")).to.be.greaterThan(0);
  });

  it("are found out where they sell a unit twice", async function () {
    this.timeout(30_000);
    const rewire = (stores: Stores): Stores => ({
      ...stores,
      inventory: {
        ...stores.inventory,
        async hold(request, lock) {
          const answer = await stores.inventory.hold(request, lock);
          // Says that nothing is left of what it has just put back by mistake.
          if (answer.kind === "held" && answer.available === 0)
            await stores.inventory.release(request.productId, request.epoch, [answer.reservation]);
          return answer;
        },
      },
    });
    const reports = [await simulate({ seed: 1, rewire }), await simulate({ seed: 2, rewire })];
    expect(reports.some(({ violation }) => violation !== null)).to.equal(true);
  });
});
