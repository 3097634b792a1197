// A Redis and a PostgreSQL to work against, until Ctrl-C: npm run servers
import { startPostgres } from "./postgres.js";
import { startRedis } from "./redis.js";

const [redis, postgres] = await Promise.all([startRedis({ appendonly: "everysec" }), startPostgres()]);
process.stdout.write(`export REDIS_URL=${redis.url} DATABASE_URL=${postgres.url}
export TEST_REDIS_URL=${redis.url} TEST_DATABASE_URL=${postgres.adminUrl}
`);
process.stderr.write("Both run until this ends (Ctrl-C). With the second line set, npm test uses them.\n");
setInterval(() => undefined, 1 << 30);
