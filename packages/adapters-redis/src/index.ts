/**
 * The hot side on Redis.
 *
 * @module @flash-sale/adapters-redis
 */
export { createRedisAdapters, type RedisAdapterOptions, type RedisAdapters } from "./adapters.js";
export type { RedisAddress, RedisNode } from "./address.js";
export type { RedisClient } from "./client.js";
export { connectRedis, type ConnectedRedis, type RedisConnectOptions } from "./connect.js";
export { examineRedis, type RedisFacts } from "./examine.js";
