import { createLeader } from "#src/leader.js";
import { productOf } from "#src/contract/given.js";
import type { LockName, Locks, Products } from "@flash-sale/core";
import { createMemoryAdapters, createMemoryLocks, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";

const FIRST = productOf({ id: "the first product" });

/** Processes of one installation, which has one product once it is `founded`. `asked`: what was asked of its stores. */
function opened() {
  const { ids, products } = createMemoryAdapters();
  const shared = createMemoryLocks({ clock: systemClock });
  const asked: string[] = [];
  const names: LockName[] = [];
  const founded: Products = {
    ...products,
    page: async (afterId, limit) => {
      asked.push(`page of ${limit} after ${afterId}`);
      return [FIRST];
    },
  };
  const locks: Locks = {
    acquire: async (name, owner) => {
      names.push(name);
      return shared.acquire(name, owner, 3_600_000);
    },
    release: async (name, owner) => {
      asked.push("release");
      return shared.release(name, owner);
    },
  };
  const process = (of: Products = founded) => createLeader({ products: of, locks, ids });
  return { process, asked, names, nothingYet: products };
}

describe("the leader of housekeeping", () => {
  it("keeps the lead under one name, which it looks up once, and other versions go by as well", async () => {
    const { process, asked, names } = opened();
    const leader = process();
    expect([await leader.leads(), await leader.leads(), await leader.leads()]).to.deep.equal([true, true, true]);
    expect(asked).to.deep.equal(["page of 1 after null"]);
    const name = ["housekeeping", FIRST.id];
    expect(names).to.deep.equal([name, name, name]);
  });

  it("is followed at once by another process where it lets go, and not before", async () => {
    const { process } = opened();
    const [leader, follower] = [process(), process()];
    expect([await leader.leads(), await follower.leads()]).to.deep.equal([true, false]);
    await leader.letGo();
    expect([await follower.leads(), await leader.leads()]).to.deep.equal([true, false]);
  });

  it("is nobody before there is a product, and has nothing to let go of", async () => {
    const { process, asked, nothingYet } = opened();
    const leader = process(nothingYet);
    expect(await leader.leads()).to.equal(false);
    await leader.letGo();
    expect(asked).to.deep.equal([]);
  });
});
