import { randomUUID } from "node:crypto";
import { lockThenHold, type Inventory, type Locks } from "@flash-sale/core";
import {
  admissionContract,
  BrokenContract,
  inventoryChangesContract,
  inventoryContract,
  inventoryLoadingContract,
  locksContract,
  type AdmissionHarness,
  type ContractCase,
  type InventoryChangesHarness,
} from "@flash-sale/core/contract";
import { expect } from "chai";
import { inventoryKeys } from "#src/keys.js";
import { loadScripts } from "#src/script.js";
import { LOCK_TTL_MS, openRedis, type TestRedis } from "./redis.js";

/**
 * The holes that the protocol names, each with its guard taken out: the contract must see it. Every trap is run on the scripts as
 * they are, which must pass, and without the guard, which must not.
 */
interface Trap {
  readonly name: string;
  readonly file: string;
  /** The guard: it must be there, once. */
  readonly guard: string;
  readonly without: string;
  readonly seenBy: readonly { name: string; run(harness: Harness, redis: TestRedis): Promise<void> }[];
}

type Harness = AdmissionHarness & InventoryChangesHarness;

async function firstLife({ loading, newProductId, now }: AdmissionHarness) {
  const productId = newProductId();
  const nowMs = await now();
  const window = { saleStartAtMs: nowMs - 1_000, saleEndAtMs: nowMs + 60_000 };
  const terms = { totalQuantity: 1, priceMinor: 1, perUserLimit: 1, revision: 0, ...window };
  await loading.load(productId, 1, terms, 0);
  await loading.finishTeaching(productId, 1);
  return { productId };
}

function cases<H>(suite: readonly ContractCase<H>[], ...names: string[]): ContractCase<H>[] {
  return names.map((name) => {
    const found = suite.find((one) => one.name.startsWith(name));
    if (!found) throw new Error(`no case is named "${name} ..."`);
    return found;
  });
}

const traps: Trap[] = [
  {
    name: "a limit that ignores holds: order committed, confirm lost, lock expired, admitted again",
    file: "hold.lua",
    guard: "elseif hold then reason = 'in-progress'",
    without: "elseif false then",
    seenBy: cases(
      inventoryContract,
      "lets a hold stand past its deadline",
      "refuses a buyer whose other purchase is under way",
      "lets one of a buyer's many purchases at once through",
    ),
  },
  {
    name: "a limit that ignores purchases",
    file: "hold.lua",
    guard: "purchased + quantity > limit",
    without: "quantity > limit",
    seenBy: cases(
      inventoryContract,
      "refuses what the buyer's purchases do not leave",
      "never lets a buyer have more than the limit",
    ),
  },
  {
    name: "a batch whose second request does not see its first",
    file: "hold.lua",
    guard: "hold_of[user] = hold\n",
    without: "\n",
    seenBy: cases(inventoryContract, "lets one of a buyer's many purchases at once through", "holds once when one id"),
  },
  {
    name: "stock that is not looked at",
    file: "hold.lua",
    guard: "elseif available < quantity then reason = 'sold-out'",
    without: "elseif false then",
    seenBy: cases(inventoryContract, "sells to as many buyers at once as there are units"),
  },
  {
    name: "a confirm that does not ask whose hold it is",
    file: "confirm.lua",
    guard: "if id == ids[i] and not done[user] then",
    without: "if id and not done[user] then",
    seenBy: cases(inventoryContract, "leaves a buyer's hold alone where it is another reservation's"),
  },
  {
    name: "a release that does not ask whose hold it is",
    file: "release.lua",
    guard: "if id == ids[i] and not done[user] then",
    without: "if id and not done[user] then",
    seenBy: cases(inventoryContract, "leaves a buyer's hold alone where it is another reservation's"),
  },
  {
    name: "a release that puts units back twice",
    file: "release.lua",
    guard: " and not done[user] then",
    without: " then",
    seenBy: cases(inventoryContract, "puts the units of a hold back once"),
  },
  {
    name: "an inventory that answers for every epoch",
    file: "in-service.lua",
    guard: "if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return nil end",
    without: "",
    seenBy: [
      {
        name: "an old life that still has its keys is out of service",
        async run(harness, { client }) {
          const { productId } = await firstLife(harness);
          // Its keys are unlinked behind the next load: here they are not yet.
          await client.set(inventoryKeys(productId, 1).epoch, "2");
          const old = await harness.inventory.status(productId, 1);
          if (old !== null) throw new BrokenContract("the old life answers");
        },
      },
    ],
  },
  {
    name: "an old state that came back under the same epoch: only the replication id tells",
    file: "in-service.lua",
    guard: "if values[1] ~= replid() then return nil end",
    without: "",
    seenBy: [
      {
        name: "an inventory that was loaded in another replication history is out of service",
        async run(harness, { client }) {
          const { productId } = await firstLife(harness);
          await client.hset(inventoryKeys(productId, 1).stock, "replid", "0".repeat(40));
          if ((await harness.inventory.status(productId, 1)) !== null)
            throw new BrokenContract("the old state answers");
        },
      },
    ],
  },
  {
    name: "a load that goes back",
    file: "load.lua",
    guard: "if tonumber(before) >= epoch then return { 'refused', before } end",
    without: "",
    seenBy: cases(inventoryLoadingContract, "refuses to go back", "loads once when several load"),
  },
  {
    name: "a new life that takes every buyer for a new one",
    file: "hold.lua",
    guard: "if stock.buyersLoaded == '0' then return 'unknown-buyer' end",
    without: "",
    seenBy: cases(inventoryLoadingContract, "answers unknown-buyer until the buyer is taught"),
  },
  {
    name: "a teacher who knows better than the inventory",
    file: "teach.lua",
    guard: "not known[i] and ",
    without: "",
    seenBy: cases(inventoryLoadingContract, "leaves a known buyer as they are"),
  },
  {
    name: "a lesson that tells of a buyer twice",
    file: "teach.lua",
    guard: " and not told[user]",
    without: "",
    seenBy: cases(inventoryLoadingContract, "leaves a buyer as they were told of first"),
  },
  {
    name: "a teacher who read before an order was cancelled",
    file: "teach.lua",
    guard: "if stock.revision ~= ARGV[2] then return 'behind' end",
    without: "",
    seenBy: [
      ...cases(inventoryLoadingContract, "teaches nothing that was read at another revision"),
      ...cases(inventoryChangesContract, "notes nothing of a buyer who is not known yet"),
    ],
  },
  {
    name: "a change that is applied twice",
    file: "apply.lua",
    guard: "if revision < next_revision then return { 'applied-before' } end",
    without: "",
    seenBy: cases(
      inventoryChangesContract,
      "applies each change once",
      "puts the units of a cancelled order back once",
    ),
  },
  {
    name: "a change that is applied before the one before it",
    file: "apply.lua",
    guard: "if revision > next_revision then return { 'too-early' } end",
    without: "",
    seenBy: cases(
      inventoryChangesContract,
      "applies each change once",
      "puts the units of a cancelled order back once",
    ),
  },
  {
    name: "a lowered total that stock does not allow",
    file: "apply.lua",
    guard: "if after < 0 then return { 'contradicted' } end",
    without: "",
    seenBy: cases(inventoryChangesContract, "lowers the total without withheld units"),
  },
  {
    name: "a cancelled order of units that were never sold",
    file: "apply.lua",
    guard: "if not is_held and purchased < units then return { 'contradicted' } end",
    without: "",
    seenBy: cases(inventoryChangesContract, "is contradicted by a cancelled order"),
  },
  {
    name: "a cancelled order that ends whatever its buyer holds",
    file: "apply.lua",
    guard: "local is_held = hold_id == order",
    without: "local is_held = hold_id ~= nil",
    seenBy: cases(inventoryChangesContract, "leaves the hold alone that the buyer of a cancelled purchase has"),
  },
  {
    name: "a cancelled order that is forgotten: its replay would buy again",
    file: "apply.lua",
    guard: "entries[#entries + 1] = order .. ':0'",
    without: "",
    seenBy: cases(
      inventoryChangesContract,
      "puts the units of a cancelled purchase back",
      "ends the hold of a cancelled order",
    ),
  },
  {
    name: "units withheld from a total that is no more",
    file: "withhold.lua",
    guard: "if stock.revision ~= ARGV[2] then return { 'other-revision' } end",
    without: "",
    seenBy: cases(inventoryChangesContract, "withholds nothing for a total that was read at another revision"),
  },
  {
    name: "units withheld that are sold",
    file: "withhold.lua",
    guard: "if tonumber(stock.available) < units then",
    without: "if false then",
    seenBy: cases(inventoryChangesContract, "withholds no more units than are left"),
  },
  {
    name: "an admission that does not look at the lock",
    file: "hold.lua",
    guard: "elseif locks[i] and locks[i] ~= id then reason = 'in-progress'",
    without: "elseif false then",
    seenBy: cases(admissionContract, "refuses while the buyer's lock is somebody else's"),
  },
  {
    name: "a lock that anybody can let go",
    file: "lock-release.lua",
    guard: "if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end",
    without: "",
    seenBy: cases(locksContract, "leaves somebody else's lock alone").map(({ name, run }) => ({
      name,
      run: (harness) => run({ ...harness, newName: randomUUID }),
    })),
  },
];

async function broken(run: () => Promise<void>): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}

describe("traps, seen red with the guard taken out", function () {
  this.timeout(30_000);

  for (const { name, file, guard, without, seenBy } of traps) {
    it(name, async () => {
      const scripts = loadScripts((found, text) => {
        if (found !== file) return text;
        expect(text.split(guard), `the guard in ${file}`).to.have.length(2);
        return text.replace(guard, () => without);
      });
      const [sound, mutated] = await Promise.all([openRedis(), openRedis({ scripts })]);
      try {
        for (const { run } of seenBy) await run(sound.harness(), sound);
        const seen = [];
        for (const one of seenBy)
          seen.push({ case: one.name, broken: (await broken(() => one.run(mutated.harness(), mutated))) !== null });
        expect(seen).to.deep.equal(seenBy.map((one) => ({ case: one.name, broken: true })));
      } finally {
        await Promise.all([sound.close(), mutated.close()]);
      }
    });
  }
});

/** Whoever asks gets the lock. */
const locksThatGrantEverything: Locks = { acquire: async () => true, release: async () => undefined };

function behind(locks: Locks, harness: AdmissionHarness): AdmissionHarness {
  const { admit, confirm, release } = lockThenHold(locks, harness.inventory, { lockTtlMs: LOCK_TTL_MS });
  const hold: Inventory["hold"] = (request, lock) =>
    lock === "granted" ? admit(request) : harness.inventory.hold(request, lock);
  return { ...harness, inventory: { ...harness.inventory, hold, confirm, release } };
}

describe("a Locks that grants everything", function () {
  this.timeout(30_000);
  let redis: TestRedis;
  before(async () => {
    redis = await openRedis();
  });
  after(() => redis.close());

  for (const { name, run } of inventoryContract) {
    it(`changes nothing: ${name}`, () => run(behind(locksThatGrantEverything, redis.harness())));
  }

  it("is seen by the contract of Locks", async () => {
    const harness = { ...redis.harness(), locks: locksThatGrantEverything, newName: randomUUID };
    const [one] = cases(locksContract, "gives a lock to one owner");
    expect(await broken(async () => one?.run(harness))).to.contain("the second");
  });

  it("would oversell a buyer's limit if the hold were not sufficient alone", async () => {
    const scripts = loadScripts((_file, text) =>
      text.replace("elseif hold then reason = 'in-progress'", "elseif false then"),
    );
    const mutated = await openRedis({ scripts });
    const [one] = cases(inventoryContract, "lets one of a buyer's many purchases at once through");
    try {
      expect(
        await broken(async () => one?.run(behind(redis.adapters.locks, mutated.harness()))),
        "with locks",
      ).to.equal(null);
      expect(await broken(async () => one?.run(behind(locksThatGrantEverything, mutated.harness())))).not.to.equal(
        null,
      );
    } finally {
      await mutated.close();
    }
  });
});

describe("joined key strings", () => {
  const joined = (locks: Locks): Locks => ({
    acquire: (name, owner, ttlMs) => locks.acquire([name.join(":")], owner, ttlMs),
    release: (name, owner) => locks.release([name.join(":")], owner),
  });

  it("collide, and the contract sees it", async () => {
    const redis = await openRedis();
    const [one] = cases(locksContract, "keeps names apart");
    try {
      const harness = { ...redis.harness(), newName: randomUUID };
      await one?.run(harness);
      expect(await broken(async () => one?.run({ ...harness, locks: joined(harness.locks) }))).to.contain(
        "the name is free",
      );
    } finally {
      await redis.close();
    }
  });
});
