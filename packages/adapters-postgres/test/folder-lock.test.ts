import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { FolderInUse, lockFolder } from "#src/folder-lock.js";
import { expect } from "chai";

describe("the lock of a folder", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "flash-sale-test-"));
    path = join(folder, "postgres.lock");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const attempt = () => lockFolder(path).catch((error: unknown) => error);
  const expectTaken = async () => {
    const unlock = await lockFolder(path);
    expect(JSON.parse(await readFile(path, "utf8"))).to.include({ pid: process.pid });
    await unlock();
    expect(await readdir(folder)).to.deep.equal([]);
  };

  it("is had by one at a time, and free again when it is let go", async () => {
    const unlock = await lockFolder(path);
    expect(await attempt())
      .to.be.instanceOf(FolderInUse)
      .with.nested.property("holder.pid", process.pid);
    await unlock();
    await expectTaken();
  });

  it("says which living process has it, and since when", async () => {
    // Process 1 always lives; without the time of its start the number alone must do.
    await writeFile(path, JSON.stringify({ pid: 1, started: null, since: "2026-01-01T00:00:00.000Z" }));
    expect(await attempt())
      .to.be.an("error")
      .with.property("message")
      .that.contains("held by process 1 since 2026-01-01T00:00:00.000Z:");
    expect(await readdir(folder)).to.deep.equal(["postgres.lock"]);
  });

  it("is taken over from a process that ended", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(path, JSON.stringify({ pid, started: "1" }));
    await expectTaken();
  });

  it("is taken over from a number that belongs to another process by now", async function () {
    if (process.platform !== "linux") return;
    await writeFile(path, JSON.stringify({ pid: process.pid, started: "1" }));
    await expectTaken();
  });

  it("is taken over from a zombie, which holds nothing but its number", async function () {
    if (process.platform !== "linux") return;
    // The shell becomes a program that never asks after its child.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(line.toString());
      while (!(await readFile(`/proc/${pid}/stat`, "utf8")).includes(") Z ")) await setTimeout(5);
      await writeFile(path, JSON.stringify({ pid, started: null }));
      await expectTaken();
    } finally {
      parent.kill();
    }
  });

  it("is taken over where the file says nothing, as after a full disk", async () => {
    await writeFile(path, "");
    await expectTaken();
  });

  it("is taken over by one of twenty", async () => {
    for (let round = 0; round < 20; round += 1) {
      await writeFile(path, JSON.stringify({ pid: 2 ** 30, started: "1" }));
      const outcomes = await Promise.all(Array.from({ length: 20 }, attempt));
      expect(outcomes.filter((outcome) => typeof outcome === "function")).to.have.length(1);
      await rm(path);
    }
  });
});
