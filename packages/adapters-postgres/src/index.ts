/**
 * The durable side on PostgreSQL, its migrations, and an embedded database.
 *
 * @module @flash-sale/adapters-postgres
 */
export { checkReady, createPostgresAdapters } from "./adapters.js";
export { countOrders } from "./count-orders.js";
export { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded.js";
export { examinePostgres, type CommitLatency, type PostgresFacts } from "./examine.js";
export { FolderInUse, holdDataFolder, holderOfDataFolder, type DataFolder } from "./folder-lock.js";
export { migrate, pendingMigrations } from "./migrate.js";
export { connectPostgres } from "./pool.js";
