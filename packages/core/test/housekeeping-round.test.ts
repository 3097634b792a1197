import { createBackground } from "#src/background.js";
import { idOf, productOf } from "#src/contract/given.js";
import { startHousekeeping } from "#src/housekeeping.js";
import type { InventoryStatus, Product } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

const HOUR_MS = 3_600_000;
const { saleEndAtMs } = productOf();

/** What housekeeping finds. */
interface Found {
  nowMs: number;
  /** Products that a sale is near. */
  readonly live: readonly Product[];
  /** All others. */
  readonly others: readonly Product[];
  /** By product; null: none is in service. Where nothing is said there is nothing to be done. */
  inventories: Readonly<Record<string, InventoryStatus | null>>;
  /** What fails, in the words of `done`. */
  failing: readonly string[];
  readonly leads: boolean;
}

const product = (id: string, facts: Partial<Product> = {}) => productOf({ id, epoch: 1, ...facts });

function inventory(facts: Partial<InventoryStatus> = {}): InventoryStatus {
  const stock = { available: 100, held: 0, purchased: 0 };
  return { ...productOf({ epoch: 1 }), ...stock, buyersLoaded: true, nowMs: 0, ...facts };
}

const settled = () => new Promise((resume) => setImmediate(resume));

/** Housekeeping that does nothing but say what it would do. Each round waits to be asked for; the first one has been. */
async function openHouse(facts: Partial<Found>) {
  const found: Found = { nowMs: 0, live: [], others: [], inventories: {}, failing: [], leads: true, ...facts };
  const all = [...found.live, ...found.others].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const memory = createMemoryAdapters();
  let log: string[] = [];
  let wake = (): void => undefined;
  const loads: (() => void)[] = [];
  const onFault = (doing: string, fault: unknown) => void log.push(`fault in ${doing}: ${String(fault)}`);
  const does = async (what: string) => {
    log.push(what);
    if (found.failing.includes(what)) throw new Error("away");
  };
  const { stop } = startHousekeeping({
    ...memory,
    onFault,
    inBackground: createBackground(onFault).run,
    clock: { now: () => found.nowMs, sleep: () => new Promise((resume) => (wake = resume)) },
    locks: { acquire: async () => found.leads, release: () => does("let go") },
    products: {
      ...memory.products,
      live: async () => [...found.live],
      page: async (afterId, limit) => all.filter(({ id }) => afterId === null || id > afterId).slice(0, limit),
      projectSold: () => does("project").then(() => 0),
    },
    inventory: {
      ...memory.inventory,
      status: async (id) => {
        await does(`look at ${id}`);
        const said = found.inventories[id];
        return said === undefined ? inventory() : said;
      },
    },
    inService: { ask: async () => null, restore: (id) => does(`restore ${id}`) },
    followChanges: (id) => does(`follow ${id}`),
    reap: (id) => does(`reap ${id}`).then(() => ({ voided: 0, confirmed: 0, changed: 0 })),
    loadBuyers: async (id) => {
      await does(`load ${id}`);
      await new Promise<void>((end) => loads.push(end));
      return 0;
    },
  });
  await settled();
  return {
    found,
    stop,
    /** What was done since it was last asked. */
    done: () => log.splice(0),
    round: async () => {
      log = [];
      wake();
      await settled();
    },
    endLoads: async () => {
      for (const end of loads.splice(0)) end();
      await settled();
    },
  };
}

describe("a round of housekeeping", () => {
  it("looks once at each product, whether a sale is near or not, and projects what is sold", async () => {
    const { done } = await openHouse({ live: [product("a"), product("b")], others: [product("c")] });
    expect(done()).to.deep.equal(["look at a", "look at b", "look at c", "project"]);
  });

  it("looks at 20 of those that no sale is near, the next time at the next, and begins again behind the last", async () => {
    const others = Array.from({ length: 45 }, (_, n) => product(idOf(n)));
    const { done, round } = await openHouse({ others });
    const lookedAt = [done()];
    for (let rounds = 1; rounds < 5; rounds += 1) {
      await round();
      lookedAt.push(done());
    }
    const looks = others.map(({ id }) => `look at ${id}`);
    const from = (start: number) => [...looks.slice(start, start + 20), "project"];
    expect(lookedAt).to.deep.equal([from(0), from(20), from(40), from(0), from(20)]);
  });

  it("ends holds where units are held, and follows changes where the inventory is behind", async () => {
    const { done } = await openHouse({
      live: [product("a"), product("b", { revision: 2 })],
      others: [product("c"), product("d", { revision: 1 })],
      inventories: {
        a: inventory({ held: 1 }),
        b: inventory({ revision: 1 }),
        c: inventory({ held: 1 }),
        d: inventory({ revision: 1 }),
      },
    });
    const did = done().filter((what) => /^(reap|follow)/.test(what));
    expect(did.sort()).to.deep.equal(["follow b", "reap a", "reap c"]);
  });

  it("passes over what no sale is near where no inventory is in service, and finds no fault in it", async () => {
    const { done } = await openHouse({ others: [product("a", { revision: 1 })], inventories: { a: null } });
    expect(done()).to.deep.equal(["look at a", "project"]);
  });

  it("restores a lost inventory until two hours after the end, since the hot store's clock decides, and not later", async () => {
    const endedAtMs = saleEndAtMs + 2 * HOUR_MS;
    const { done, found, round } = await openHouse({
      nowMs: endedAtMs - 1,
      live: [product("a")],
      inventories: { a: null },
    });
    expect(done()).to.include("restore a");
    found.nowMs = endedAtMs;
    await round();
    expect(done()).to.deep.equal(["look at a", "project"]);
  });

  it("names what failed, and does the rest", async () => {
    const { done, stop } = await openHouse({
      live: [product("a"), product("b")],
      others: [product("c"), product("d")],
      failing: ["look at a", "look at c", "let go"],
    });
    const did = done();
    expect(did.filter((what) => what.startsWith("fault"))).to.deep.equal([
      "fault in keeping a: Error: away",
      "fault in looking after c: Error: away",
    ]);
    expect(did).to.include.members(["look at b", "look at d", "project"]);
    await stop();
    expect(done()).to.deep.equal(["project", "let go", "fault in letting go of housekeeping: Error: away"]);
  });

  it("does nothing in a process that does not lead, which leaves nothing behind either when it closes", async () => {
    const { done, round, stop } = await openHouse({ live: [product("a")], others: [product("b")], leads: false });
    await round();
    await stop();
    expect(done()).to.deep.equal([]);
  });
});

describe("the loading of buyers by housekeeping", () => {
  const behind = { a: inventory({ buyersLoaded: false }), b: inventory({ buyersLoaded: false }) };
  const loadsIn = (done: string[]) => done.filter((what) => what.startsWith("load"));

  it("begins for every product that wants it, once at a time, and not again once they are loaded", async () => {
    const { done, endLoads, found, round } = await openHouse({
      live: [product("a"), product("b"), product("c")],
      inventories: behind,
    });
    expect(loadsIn(done())).to.deep.equal(["load a", "load b"]);
    await round();
    expect(loadsIn(done()), "while they are under way").to.deep.equal([]);
    await endLoads();
    found.inventories = {};
    await round();
    expect(loadsIn(done()), "when all are loaded").to.deep.equal([]);
  });

  it("is named where it fails, and begins again", async () => {
    const { done, found, round } = await openHouse({
      live: [product("a")],
      inventories: behind,
      failing: ["load a"],
    });
    expect(done()).to.include("fault in loading buyers: Error: away");
    found.failing = [];
    await round();
    expect(loadsIn(done())).to.deep.equal(["load a"]);
  });
});
