import { createShedding } from "#src/shedding.js";
import { expect } from "chai";
import type { IncomingMessage, ServerResponse } from "node:http";

describe("what is shed", () => {
  it("are purchases alone", () => {
    const seen = { shed: 0, letIn: 0 };
    const shedding = createShedding({
      sale: { hasRoom: () => false },
      metrics: { shed: () => void (seen.shed += 1), queued: () => undefined },
      log: { debug: () => undefined },
    });
    const response = { writeHead: () => response, end: () => response } as unknown as ServerResponse;
    for (const url of ["/api/v1.0/sale/purchase?userId=u", "/api/v1/sale/purchases", "/api/v1/admin/products"]) {
      const request = { method: "POST", url, headers: {}, destroyed: false } as unknown as IncomingMessage;
      void shedding(request, response, async () => void (seen.letIn += 1));
    }
    expect(seen).to.deep.equal({ shed: 1, letIn: 2 });
  });
});
