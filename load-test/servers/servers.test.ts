import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { Redis } from "ioredis";
import pg from "pg";
import { freePort } from "./free-port.js";
import { startNode } from "./node-process.js";
import { startPostgres } from "./postgres.js";
import { startRedis } from "./redis.js";

const isAlive = (pid: number): boolean => {
  try {
    // A zombie has ended; only nobody has asked how.
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
};

const eventually = async (holds: () => boolean): Promise<void> => {
  for (const deadlineMs = Date.now() + 5_000; !holds() && Date.now() < deadlineMs;) await sleep(20);
  expect(holds()).to.equal(true);
};

describe("the servers of a test run", () => {
  it("are a Redis that keeps what it answered for over kill -9, on the same port", async () => {
    await using redis = await startRedis({ appendonly: "always" });
    const write = new Redis(redis.url);
    await write.set("unit", "sold");
    write.disconnect();
    const { pid } = redis;
    await redis.kill();
    expect(isAlive(pid)).to.equal(false);
    await redis.restart();
    const read = new Redis(redis.url);
    expect(await read.get("unit")).to.equal("sold");
    read.disconnect();
  });

  it("are a PostgreSQL that keeps what it committed over kill -9, in a middle of a query", async () => {
    await using postgres = await startPostgres();
    const url = await postgres.createDatabase("Another One");
    const pool = new pg.Pool({ connectionString: url });
    pool.on("error", () => undefined);
    await pool.query("CREATE TABLE sold AS SELECT 1 AS unit");
    const cut = pool.query("SELECT pg_sleep(60)").catch((error: unknown) => String(error));
    await sleep(50);
    await postgres.kill();
    expect(await cut).to.match(/terminated|ECONNRESET/);
    await postgres.restart();
    expect((await pool.query("SELECT unit FROM sold")).rows).to.deep.equal([{ unit: 1 }]);
    await pool.end();
  });

  it("go, with their folders, when whoever started them is killed with -9", async () => {
    const module = new URL("./redis.js", import.meta.url).href;
    const code = `import { startRedis } from "${module}"; const { pid, dir } = await startRedis(); console.log(JSON.stringify({ pid, dir }));`;
    const starter = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: starter.stdout }), "line")) as [string];
    const { pid, dir } = JSON.parse(line) as { pid: number; dir: string };
    expect([isAlive(pid), existsSync(dir)]).to.deep.equal([true, true]);
    starter.kill("SIGKILL");
    await eventually(() => !isAlive(pid) && !existsSync(dir));
  });

  it("are Node programs that can be paused, resumed and stopped", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const code = `require("node:http").createServer((_, answer) => answer.end()).listen(${port}, "127.0.0.1")`;
    await using api = await startNode({ script: "-e", args: [code], nodeArgs: [], readyUrl: url });
    api.pause();
    const unanswered = await fetch(url, { signal: AbortSignal.timeout(200) }).catch((error: unknown) => error);
    expect(unanswered).to.have.property("name", "TimeoutError");
    api.resume();
    expect((await fetch(url)).status).to.equal(200);
    await api.stop();
    expect(await api.ended()).to.deep.equal({ code: null, signal: "SIGTERM" });
  });

  it("say what a program printed that never became ready", async () => {
    const starting = startNode({
      script: fileURLToPath(new URL("./nowhere.js", import.meta.url)),
      readyUrl: "http://127.0.0.1:1/",
    });
    const message = await starting.then(String, String);
    expect(message).to.match(/ended before it was ready.*Cannot find module/s);
  });
});
