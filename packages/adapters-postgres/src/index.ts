export { checkReady, createPostgresAdapters } from "./adapters.js";
export { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded.js";
export { migrate, pendingMigrations } from "./migrate.js";
export { connectPostgres } from "./pool.js";
