export { checkReady, createPostgresAdapters } from "./adapters.js";
export { countOrders } from "./count-orders.js";
export { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded.js";
export { examinePostgres, type CommitLatency, type PostgresFacts } from "./examine.js";
export { FolderInUse, holdDataFolder, holderOfDataFolder, type DataFolder } from "./folder-lock.js";
export { migrate, pendingMigrations } from "./migrate.js";
export { connectPostgres } from "./pool.js";
