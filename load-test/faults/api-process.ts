// One API process of a fault run: the product's own container and app, with faults planted around the ports. Started by api-fleet.ts.
import { connectPostgres, createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { createFlashSale, type FlashSalePorts } from "@flash-sale/core";
import { createApp, createLog, readConfig, tokens, wire, type App } from "@flash-sale/http-koa";
import { faultyPorts, type FaultPlan } from "./faulty-ports.js";
import { watchPlaces } from "./places.js";
import { skewThisProcess } from "./skew.js";

const { FAULTS: faults = "{}", ...environment } = process.env;
const plan = JSON.parse(faults) as FaultPlan;
if (plan.clock !== undefined) skewThisProcess(plan.clock);
const config = readConfig({ ...environment, ...plan.wholeApp });
const log = createLog(config.logLevel);
const wired = wire(config, log, { keepsHouse: true });

const portsOf = async (): Promise<FlashSalePorts> => ({
  products: await wired.get(tokens.products),
  inventory: await wired.get(tokens.inventory),
  loading: await wired.get(tokens.loading),
  inventoryChanges: await wired.get(tokens.inventoryChanges),
  locks: await wired.get(tokens.locks),
  admission: await wired.get(tokens.admission),
  orders: await wired.get(tokens.orders),
  orderPages: await wired.get(tokens.orderPages),
  changes: await wired.get(tokens.changes),
  announcements: await wired.get(tokens.announcements),
  clock: await wired.get(tokens.clock),
  ids: await wired.get(tokens.ids),
});

/** The durable ports over a pool of another size. */
const pooledPorts = (url: string | null, poolSize: number): ReturnType<typeof createPostgresAdapters> => {
  if (url === null) throw new Error("a pool of a size of its own is one to a server");
  return createPostgresAdapters(connectPostgres({ url, poolSize }));
};

const faultyApp = async (): Promise<App> => {
  const ports = {
    ...(await portsOf()),
    ...(plan.poolSize !== undefined && pooledPorts(config.databaseUrl, plan.poolSize)),
  };
  const faulty = faultyPorts(ports, plan);
  const places = watchPlaces(plan);
  return createApp({
    sale: places.sale(createFlashSale({ ...faulty, admission: places.admission(faulty.admission) })),
    products: ports.products,
    orderPages: ports.orderPages,
    stores: [await wired.get(tokens.inventoryStore), await wired.get(tokens.ordersStore)],
    clock: ports.clock,
    log,
    adminApiKey: config.adminApiKey,
    auth: config.auth,
    // Its buyers ask until they know, some a hundred times a minute.
    rateLimit: null,
  });
};

const app = plan.wholeApp === undefined ? await faultyApp() : await wired.get(tokens.app);
app.listen(config.port, config.host);
