import { createFlashSale, StoreUnavailable, type FlashSale, type FlashSalePorts } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";
import { Registry } from "prom-client";
import { createLog } from "#src/log.js";
import { createStepMetrics, type StepMetrics } from "#src/step-metrics.js";
import { watchedAdmission, watchedOrders } from "#src/watched-ports.js";

const KEY = "a-key-for-user-ids";
/** Short, so that the reaper finds a hold; longer than a purchase in memory takes. */
const LOCK_TTL_MS = 50;

describe("what is watched at the ports", () => {
  let registry: Registry;
  let steps: StepMetrics;
  let stores: FlashSalePorts;
  let sale: FlashSale;
  let lines: Record<string, unknown>[];
  beforeEach(() => {
    registry = new Registry();
    steps = createStepMetrics(registry);
    lines = [];
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const log = createLog("info", { destination: { write }, userKey: KEY });
    stores = createMemoryAdapters({ lockTtlMs: LOCK_TTL_MS });
    sale = createFlashSale({
      ...stores,
      admission: watchedAdmission(
        { ...stores.admission, confirm: (...hold) => stores.admission.confirm(...hold) },
        log,
      ),
      orders: watchedOrders({ ...stores.orders, commit: (...batch) => stores.orders.commit(...batch) }, { steps, log }),
      onBatch: steps.onBatch,
    });
  });
  afterEach(() => sale.close());

  const value = async (series: string): Promise<number | undefined> => {
    const line = (await registry.metrics()).split("\n").find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  const onSale = async (totalQuantity = 10) =>
    (await sale.createProduct({ name: "Console", price: 1, totalQuantity })).id;
  const linesOf = (msg: string) => lines.filter((line) => line["msg"] === msg);

  it("counts a call of a store once, however many buyers share it", async () => {
    const productId = await onSale();
    await Promise.all(["a", "b", "c"].map((userId) => sale.purchase({ productId, userId })));
    expect(await value('flash_sale_step_duration_seconds_count{step="commit"}')).to.equal(1);
    expect(await value("flash_sale_commit_batch_reservations_sum")).to.equal(3);
    expect(await value('flash_sale_commit_batch_reservations_bucket{le="2"}')).to.equal(0);
    expect(await value("flash_sale_commit_wait_seconds_count")).to.equal(1);
  });

  it("times the scripts of Redis that purchases wait for, and no others; also where they fail", async () => {
    steps.onScript("hold", Promise.resolve());
    steps.onScript("status", Promise.resolve());
    const lost = Promise.reject(new StoreUnavailable("inventory", "unknown"));
    steps.onScript("confirm", lost);
    await lost.catch(() => undefined);
    expect(await value('flash_sale_step_duration_seconds_count{step="admission"}')).to.equal(1);
    expect(await value('flash_sale_step_duration_seconds_count{step="confirm"}')).to.equal(1);
    expect(await registry.metrics()).not.to.contain("status");
  });

  it("counts rebuilds, but not the first inventory of a product, and writes a line for each", async () => {
    const productId = await onSale();
    expect(await value("flash_sale_epoch_changes_total")).to.equal(0);
    const report = await sale.rebuild(productId);
    await sale.reconcile(productId);
    expect(await value("flash_sale_epoch_changes_total")).to.equal(1);
    expect(await value("flash_sale_rebuild_duration_seconds_count")).to.equal(1);
    const found = linesOf("a new inventory is in service");
    expect(found).to.have.lengthOf(1);
    expect(found[0]).to.include({ productId, epoch: report?.epoch });
  });

  it("counts a rebuild that came to nothing as none", async () => {
    const productId = await onSale();
    const moveEpoch = () => Promise.reject(new StoreUnavailable("orders", "none"));
    const { withLedger } = stores.orders;
    const broken = watchedOrders(
      { ...stores.orders, withLedger: (id, work) => withLedger(id, (ledger) => work({ ...ledger, moveEpoch })) },
      { steps, log: createLog("silent") },
    );
    const fault: unknown = await broken
      .withLedger(productId, (ledger) => ledger.moveEpoch(9))
      .catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(await value("flash_sale_epoch_changes_total")).to.equal(0);
  });

  it("names each hold that the reaper ended, its reservation, and its buyer by a hash", async () => {
    const productId = await onSale();
    const epoch = (await sale.saleStatus(productId))?.stock.epoch ?? 0;
    const hold = { productId, epoch, quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    const reservationId = stores.ids.next();
    await stores.admission.admit({ ...hold, reservationId, userId: "somebody" });
    await new Promise((over) => setTimeout(over, LOCK_TTL_MS + 5));
    // Housekeeping may be first: its hold is ended once, and told of by whoever did it.
    await sale.reap(productId);
    while ((await sale.saleStatus(productId))?.stock.held !== 0) continue;
    expect(await value('flash_sale_reaped_holds_total{standing="void"}')).to.be.at.least(1);
    const [line] = linesOf("a hold was ended");
    expect(line).to.include({ reservationId, productId, standing: "void" });
    expect(line?.["user"]).to.match(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(lines)).not.to.contain("somebody");
  });

  it("names the reservations of a commit of which nobody knows how it ended, and of a confirm that was lost", async () => {
    const productId = await onSale();
    const { commit } = stores.orders;
    const { confirm } = stores.admission;
    let tries = 0;
    Object.assign(stores.orders, {
      commit: (...batch: Parameters<typeof commit>) => {
        tries += 1;
        if (tries === 1) return Promise.reject(new StoreUnavailable("orders", "none"));
        if (tries === 2) return Promise.reject(new StoreUnavailable("orders", "unknown"));
        return commit(...batch);
      },
    });
    Object.assign(stores.admission, { confirm: () => Promise.reject(new StoreUnavailable("inventory", "unknown")) });
    const outcome = await sale.purchase({ productId, userId: "u1" });
    const orderId = outcome.kind === "purchased" ? outcome.order.id : "";
    // The confirm is not waited for.
    await new Promise((turn) => setImmediate(turn));
    Object.assign(stores.admission, { confirm });
    const [commits, confirms] = ["nobody knows how a commit ended", "a confirm was lost; the reaper completes it"].map(
      linesOf,
    );
    expect(commits?.map((line) => line["reservationIds"])).to.deep.equal([[orderId]]);
    expect(confirms?.[0]?.["reservationIds"]).to.deep.equal([orderId]);
  });
});
