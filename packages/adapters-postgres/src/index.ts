export { checkReady, createPostgresAdapters } from "./adapters.js";
export { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded.js";
export { FolderInUse } from "./folder-lock.js";
export { migrate, pendingMigrations } from "./migrate.js";
export { connectPostgres } from "./pool.js";
