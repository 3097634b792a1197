import { lockThenHold } from "../lock-then-hold.js";
import { createMemoryInventory, type MemoryInventory } from "../memory/inventory.js";
import { createMemoryLocks } from "../memory/locks.js";
import type { Stock } from "../memory/stock.js";
import type { Admission } from "../ports/admission.js";
import type { Announcement } from "../ports/announcements.js";
import type { Clock } from "../ports/clock.js";
import type { Locks } from "../ports/locks.js";
import type { Random } from "./random.js";
import type { Stores } from "./stores.js";

/** One server of the hot store, with a replication id of its own. */
export interface HotServer {
  readonly memory: MemoryInventory;
  /** As processes reach it, with the checkers looking on. */
  readonly stores: Stores;
  /** Lock and hold as one step, as a script does it. */
  readonly admission: Admission;
  /** False: nothing that is sent to it arrives any more. */
  isUp: boolean;
}

/** What a server held at some instant. */
export interface Snapshot {
  readonly stocks: ReadonlyMap<string, Stock>;
  readonly lastEpochs: ReadonlyMap<string, number>;
}

/** The keys that a product's inventory is made of; each may be lost alone. */
export const HOT_KEYS = ["epoch", "stock", "buyers", "holds", "deadlines", "locks"] as const;
type HotKey = (typeof HOT_KEYS)[number];

/**
 * Whether those who ask see that a state is not the one they left: by the server's replication id, by a key that is missing. "overlooked":
 * they could, and do not look.
 */
export type Seen = "noticed" | "unnoticed" | "overlooked";

/** Redis, as the processes have it: one server, or, while a failover goes wrong, two that each take themselves for the master. */
export interface HotStore {
  /** The one that all reach; of two masters the older one. */
  readonly main: HotServer;
  readonly servers: readonly HotServer[];
  /** The server that a process talks to. */
  serverOf(process: object): HotServer;
  publish(server: HotServer, announcement: Announcement): void;
  /** Calls `listener` for what is published on the server that the process talks to then. */
  subscribe(process: object, listener: (announcement: Announcement) => void): () => void;

  lose(): void;
  loseKey(productId: string, key: HotKey, seen: Seen): void;
  snapshot(): Snapshot;
  restore(snapshot: Snapshot, seen: Seen): void;
  /** A second master with a copy of the first one's state; each process talks to one of them. */
  split(seen: Seen): void;
  /** One of the two goes for good, and all talk to the other. Answers whether there were two. */
  unite(): boolean;
  /** This life of an inventory came back from an older state, and nobody could see it: until it is replaced it may be wrong. */
  isTainted(productId: string, epoch: number): boolean;
  /** Some may be refused by a life that is tainted, by one of two masters, or by a life of the other's that the ledger has left behind. */
  mayRefuseWrongly(productId: string, epoch: number): boolean;
  /** This life was one of two masters': whoever watched both cannot tell which units are held in it. */
  wasSplit(productId: string, epoch: number): boolean;
  /** How often a state came back so, masters became two, or one: it can come and go between two looks. */
  readonly upheavals: number;
}

interface Ports {
  readonly clock: Clock;
  readonly lockTtlMs: number;
  readonly random: Random;
  /** How processes reach a server's stores. */
  readonly wire: (memory: MemoryInventory, locks: Locks) => Stores;
}

export function createHotStore({ clock, lockTtlMs, random, wire }: Ports): HotStore {
  const tainted = new Set<string>();
  const split = new Set<string>();
  let upheavals = 0;
  const talksTo = new Map<object, HotServer>();
  const listeners = new Set<(server: HotServer, announcement: Announcement) => void>();
  let servers: HotServer[] = [];
  let locks = new Map<HotServer, Locks>();

  function start(): HotServer {
    const memory = createMemoryInventory({ clock, lockTtlMs });
    const ownLocks = (): Locks => locks.get(server) ?? createMemoryLocks({ clock });
    const stores = wire(memory, {
      acquire: (name, owner, ttlMs) => ownLocks().acquire(name, owner, ttlMs),
      release: (name, owner) => ownLocks().release(name, owner),
    });
    const server = {
      memory,
      stores,
      admission: lockThenHold(stores.locks, stores.inventory, { lockTtlMs }),
      isUp: true,
    };
    servers.push(server);
    loseLocks(server);
    return server;
  }
  const loseLocks = (server: HotServer) => void locks.set(server, createMemoryLocks({ clock }));
  const first = start();
  const main = () => servers[0] ?? first;

  /** Takes the inventory of every product away, and with it the locks. */
  function lose(server: HotServer): void {
    server.memory.lose();
    loseLocks(server);
  }

  function put(server: HotServer, snapshot: Snapshot, seen: Seen): void {
    lose(server);
    const { ofProduct, lastEpochs } = server.memory.stocks;
    for (const [productId, epoch] of snapshot.lastEpochs) lastEpochs.set(productId, epoch);
    if (seen === "noticed") return;
    if (seen === "unnoticed") upheavals += 1;
    for (const [productId, stock] of snapshot.stocks) {
      ofProduct.set(productId, copyOf(stock));
      if (seen === "unnoticed") tainted.add(`${productId} ${stock.epoch}`);
    }
  }

  function take({ memory: { stocks } }: HotServer): Snapshot {
    const copies = [...stocks.ofProduct].map(([productId, stock]) => [productId, copyOf(stock)] as const);
    return { stocks: new Map(copies), lastEpochs: new Map(stocks.lastEpochs) };
  }

  function serverOf(process: object): HotServer {
    const known = talksTo.get(process);
    if (known?.isUp) return known;
    const server = random.pickAny(servers) ?? first;
    talksTo.set(process, server);
    return server;
  }

  const isTainted = (productId: string, epoch: number) => tainted.has(`${productId} ${epoch}`);

  return {
    get main() {
      return main();
    },
    get servers() {
      return servers;
    },
    serverOf,
    publish(server, announcement) {
      for (const listener of [...listeners]) listener(server, announcement);
    },
    subscribe(process, listener) {
      const own = (server: HotServer, announcement: Announcement) => {
        if (serverOf(process) === server) listener(announcement);
      };
      listeners.add(own);
      return () => void listeners.delete(own);
    },

    lose: () => servers.forEach(lose),
    loseKey: (productId, key, seen) => loseKey(main(), productId, key, seen, () => loseLocks(main())),
    snapshot: () => take(main()),
    restore: (snapshot, seen) => put(main(), snapshot, seen),
    split(seen) {
      const snapshot = take(main());
      put(start(), snapshot, seen);
      talksTo.clear();
      upheavals += 1;
    },
    unite() {
      const winner = random.pickAny(servers) ?? first;
      const losers = servers.filter((server) => server !== winner);
      for (const server of losers) server.isUp = false;
      servers = [winner];
      if (losers.length > 0)
        for (const [productId, { epoch }] of winner.memory.stocks.ofProduct) split.add(`${productId} ${epoch}`);
      locks = new Map([...locks].filter(([server]) => server === winner));
      talksTo.clear();
      upheavals += 1;
      return losers.length > 0;
    },
    isTainted,
    mayRefuseWrongly: (productId, epoch) =>
      servers.length > 1 ||
      isTainted(productId, epoch) ||
      servers.some((server) => (lifeIn(server, productId) ?? epoch) < epoch),
    wasSplit: (productId, epoch) => split.has(`${productId} ${epoch}`),
    get upheavals() {
      return upheavals;
    },
  };
}

/** The epoch that a server has in service; undefined: none. */
function lifeIn({ memory: { stocks } }: HotServer, productId: string): number | undefined {
  const epoch = stocks.ofProduct.get(productId)?.epoch;
  return epoch === stocks.lastEpochs.get(productId) ? epoch : undefined;
}

function copyOf(stock: Stock): Stock {
  return { ...stock, buyers: new Map(stock.buyers), holds: new Map(stock.holds) };
}

/** Noticed, any key that is missing puts the whole inventory out of service; the epoch's key also forgets what was the last one. */
function loseKey(
  { memory: { stocks } }: HotServer,
  productId: string,
  key: HotKey,
  seen: Seen,
  loseLocks: () => void,
): void {
  const stock = stocks.ofProduct.get(productId);
  if (key === "locks") loseLocks();
  else if (key === "epoch") stocks.lastEpochs.delete(productId);
  else if (seen === "noticed" || key === "stock") stocks.ofProduct.delete(productId);
  else if (key === "buyers") stock?.buyers.clear();
  else stock?.holds.clear();
}
