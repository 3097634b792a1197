import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { startCli } from "./cli.js";

describe("Ctrl-C", function () {
  this.timeout(60_000);
  /** Takes connections, and never says a word. */
  let silent: Server;
  const sockets = new Set<Socket>();
  before(async () => {
    silent = createServer((socket) => void sockets.add(socket));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  const start = async (...words: string[]) => {
    const url = `postgres://127.0.0.1:${(silent.address() as AddressInfo).port}/x`;
    const command = startCli([...words, "--json"], { DATABASE_URL: url, REDIS_URL: "redis://127.0.0.1:1" });
    await once(silent, "connection");
    return command;
  };

  it("ends a command that waits for a store at once, with 130; SIGTERM with 143", async () => {
    for (const [signal, exitCode] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const { child, ended } = await start("orders", "export");
      child.kill(signal);
      const { code, stderr } = await ended;
      expect(code, stderr).to.equal(exitCode);
      expect(stderr).to.equal("Interrupted. Nothing is left half done.\n");
    }
  });

  it("waits for what changes something; a second one does not", async () => {
    const waits = await start("seed");
    waits.child.kill("SIGINT");
    const whole = await waits.ended;
    expect(whole.code).to.equal(130);

    const { child, ended } = await start("seed");
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 400));
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).to.equal(130);
    expect(stderr).to.equal("");
  });
});
