import { randomUUID } from "node:crypto";
import { lockThenHold } from "@flash-sale/core";
import {
  admissionContract,
  announcementsContract,
  inventoryChangesContract,
  inventoryContract,
  inventoryLoadingContract,
  locksContract,
  type AdmissionHarness,
  type ContractCase,
} from "@flash-sale/core/contract";
import { LOCK_TTL_MS, openRedis, type ConnectionOptions, type TestRedis } from "./redis.js";

function suite<Harness>(name: string, cases: readonly ContractCase<Harness>[], fresh: () => Harness): void {
  describe(name, () => {
    for (const { name: sentence, run } of cases) it(sentence, () => run(fresh()));
  });
}

function lockThenHoldHarness(harness: AdmissionHarness): AdmissionHarness {
  return { ...harness, admission: lockThenHold(harness.locks, harness.inventory, { lockTtlMs: LOCK_TTL_MS }) };
}

const protocols: [string, ConnectionOptions][] = [
  ["RESP3", {}],
  ["RESP2", { protocol: 2 }],
  ["RESP3, numbers as texts", { stringNumbers: true }],
];

for (const [protocol, options] of protocols) {
  describe(`on Redis, over ${protocol}`, function () {
    this.timeout(20_000);
    let redis: TestRedis;
    let elsewhere: TestRedis;

    before(async () => {
      [redis, elsewhere] = await Promise.all([openRedis({ redis: options }), openRedis({ redis: options })]);
    });
    after(() => Promise.all([redis.close(), elsewhere.close()]));

    suite("Inventory", inventoryContract, () => redis.harness());
    suite("InventoryLoading", inventoryLoadingContract, () => redis.harness());
    suite("InventoryChanges", inventoryChangesContract, () => redis.harness());
    suite("Admission, one script", admissionContract, () => redis.harness());
    suite("Admission, by lockThenHold", admissionContract, () => lockThenHoldHarness(redis.harness()));
    suite("Locks", locksContract, () => ({ ...redis.harness(), newName: randomUUID }));
    suite("Announcements", announcementsContract, () => ({
      announcements: redis.adapters.announcements,
      elsewhere: elsewhere.adapters.announcements,
      settled: async () => {
        // Answered on the connection on which messages arrive, after those that came before.
        await Promise.all([redis.subscriber.ping(), elsewhere.subscriber.ping()]);
      },
    }));
  });
}
