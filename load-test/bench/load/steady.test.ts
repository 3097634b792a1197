import { expect } from "chai";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "../../servers/leftovers.js";
import { latencyQuantile } from "./latencies.js";
import { decodeSteadySecond, runSteady, type SteadyReport } from "./steady.js";

const buyFrom = async (listener: RequestListener, file: string | null = null): Promise<SteadyReport> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    return await runSteady({ port, productId: "product", connections: 4, prefix: "buyer", seconds: 1.5, file });
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const answer = (response: ServerResponse): void => {
  response.statusCode = 201;
  response.end("{}");
};

describe("The steady load", function () {
  this.timeout(30_000);

  it("buys as often as it is answered, by new buyers, until the time is over", async () => {
    const buyers: unknown[] = [];
    const { statuses, latencies, startedAtMs, endedAtMs } = await buyFrom(({ headers }, response) => {
      buyers.push(headers["x-user-id"]);
      setTimeout(() => answer(response), 20);
    });
    expect(new Set(buyers).size).to.equal(buyers.length);
    expect(statuses).to.deep.equal({ 201: buyers.length });
    expect(endedAtMs - startedAtMs).to.be.within(1_500, 5_000);
    // Four connections, and 20 ms at the least.
    expect(buyers.length).to.be.within(4, (endedAtMs - startedAtMs) / 5);
    expect(latencyQuantile([latencies], 0.5)).to.be.at.least(19);
  });

  it("writes down what was answered in each whole second", async () => {
    const folder = await temporaryFolder("steady");
    try {
      const file = join(folder.path, "seconds");
      await buyFrom((_, response) => void setTimeout(() => answer(response), 5), file);
      const seconds = (await readFile(file, "utf8")).trim().split("\n").map(decodeSteadySecond);
      expect(seconds.length).to.be.at.least(1);
      for (const { latencies } of seconds) expect(latencyQuantile([latencies], 0.5)).to.be.at.least(4);
    } finally {
      folder.remove();
    }
  });

  it("fails where the server ends a connection instead of answering", async () => {
    const failed = buyFrom((_, response) => response.destroy());
    expect(await failed.then(String, String)).to.contain("the server ended a connection before it had answered");
  });
});
