// The port's published contract, here under Node's own test runner: each of its cases is a sentence and a function.
//   DATABASE_URL=... node --test examples/dist/own-adapter/postgres-locks.test.js
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { locksContract } from "@flash-sale/core/contract";
import pg from "pg";
import { createLocksTable, createPostgresLocks } from "./postgres-locks.js";

const { DATABASE_URL } = process.env;
if (DATABASE_URL === undefined) throw new Error("Set DATABASE_URL. `npm run servers` starts one, and prints it.");

const pool = new pg.Pool({ connectionString: DATABASE_URL });
await createLocksTable(pool);

for (const { name, run } of locksContract) {
  await test(name, () =>
    run({
      locks: createPostgresLocks(pool),
      newName: randomUUID,
      // Real time: the lock's end is by the database's clock.
      pass: (ms) => sleep(ms + 5),
    }),
  );
}

await pool.end();
