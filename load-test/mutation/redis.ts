// The Redis adapter with one line of a script changed, under the published contract.
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createRedisAdapters } from "@flash-sale/adapters-redis";
import { lockThenHold } from "@flash-sale/core";
import {
  admissionContract,
  inventoryChangesContract,
  inventoryContract,
  inventoryLoadingContract,
  locksContract,
  type AdmissionHarness,
  type ContractCase,
  type InventoryChangesHarness,
  type LocksHarness,
} from "@flash-sale/core/contract";
import { Redis } from "ioredis";
import { startRedis } from "../servers/redis.js";
import type { Store } from "./store.js";
import type { Trial } from "./trials.js";

/** As the adapter's own tests have it: long enough for a slow machine. */
const LOCK_TTL_MS = 400;

type Harness = AdmissionHarness & InventoryChangesHarness & LocksHarness;

const UNKNOWN_SHA = "0".repeat(40);

/** Sends another text wherever the adapter sends a script with this one in it. */
class ChangedClient extends Redis {
  readonly #shas = new Map<string, string>();
  change: { readonly from: string; readonly to: string } | null = null;

  override sendCommand(...[command, ...rest]: Parameters<Redis["sendCommand"]>): unknown {
    const [first] = command.args;
    if (command.name === "evalsha") command.args[0] = this.#shas.get(String(first)) ?? UNKNOWN_SHA;
    if (command.name === "eval") command.args[0] = this.#changed(String(first));
    return super.sendCommand(command, ...rest);
  }

  #changed(text: string): string {
    const { from, to } = this.change ?? { from: "", to: "" };
    const sent = text.includes(from) ? text.replace(from, () => to) : text;
    this.#shas.set(sha1(text), sha1(sent));
    return sent;
  }
}

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");

export async function redisStore(textOf: (file: string) => string): Promise<Store> {
  const server = await startRedis();
  const connect = async (): Promise<ChangedClient> => {
    const client = new ChangedClient(server.url, {
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };

  return {
    url: server.url,
    async with(mutant, work) {
      const [client, subscriber] = await Promise.all([connect(), connect()]);
      try {
        if (mutant) {
          const wrong = await client.script("LOAD", mutant.text).then(
            () => null,
            (error: unknown) => String(error),
          );
          if (wrong !== null) return { invalid: wrong };
          client.change = { from: textOf(mutant.file), to: mutant.text };
        }
        const adapters = createRedisAdapters({ client, subscriber, lockTtlMs: LOCK_TTL_MS });
        return await work(trialsOn(harnessOf(client, adapters)));
      } finally {
        for (const connection of [client, subscriber]) connection.disconnect();
      }
    },
    // A script that does not end lets nobody else in.
    renew: async () => {
      await server.kill();
      await server.restart();
    },
    isInvalid: () => false,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function harnessOf(client: Redis, adapters: ReturnType<typeof createRedisAdapters>): Harness {
  return {
    ...adapters,
    lockTtlMs: LOCK_TTL_MS,
    newProductId: randomUUID,
    newName: randomUUID,
    now: async () => {
      const [seconds, microseconds] = await client.time();
      return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    },
    pass: async (ms) => {
      // Timers may end a millisecond early.
      await sleep(ms + 2);
    },
  };
}

function trialsOn(harness: Harness): Trial[] {
  const suite = <H>(name: string, cases: readonly ContractCase<H>[], given: H): Trial[] =>
    cases.map((one) => ({ name: `${name}: ${one.name}`, run: () => one.run(given) }));
  const twoSteps = lockThenHold(harness.locks, harness.inventory, { lockTtlMs: LOCK_TTL_MS });
  return [
    ...suite("Inventory", inventoryContract, harness),
    ...suite("InventoryLoading", inventoryLoadingContract, harness),
    ...suite("InventoryChanges", inventoryChangesContract, harness),
    ...suite("Admission", admissionContract, harness),
    ...suite("Admission by lockThenHold", admissionContract, { ...harness, admission: twoSteps }),
    ...suite("Locks", locksContract, harness),
  ];
}
