import { expect } from "chai";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startListening, type ListeningReport } from "./listening.js";

const LISTENERS = 20;

/** Says three things to each stream, the first at once. */
const listenTo = async (
  readsAtOnce: boolean,
  meanwhile: (streams: readonly ServerResponse[]) => void,
): Promise<ListeningReport> => {
  const streams: ServerResponse[] = [];
  const server = createServer((_, response) => {
    streams.push(response);
    response.writeHead(200, { "Content-Type": "text/event-stream" }).write('data: {"available":3}\n\n');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const order = { port, productId: "product", listeners: LISTENERS, readsAtOnce, longestSeconds: 20 };
    await using listening = await startListening(order);
    meanwhile(streams);
    return await listening.stop();
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe("The listeners", function () {
  this.timeout(30_000);

  for (const readsAtOnce of [true, false]) {
    it(`count what each of them hears, ${readsAtOnce ? "as it comes" : "at the end"}`, async () => {
      const { events, fewest, most } = await listenTo(readsAtOnce, (streams) => {
        for (const left of [2, 1])
          for (const stream of streams) stream.write(`data: {"available":${String(left)}}\n\n`);
      });
      expect([events, fewest, most]).to.deep.equal([3 * LISTENERS, 3, 3]);
    });
  }

  it("fail where the server ends a stream", async () => {
    const failed = listenTo(true, (streams) => streams[0]?.destroy());
    expect(await failed.then(String, String)).to.contain("the server ended a stream");
  });
});
