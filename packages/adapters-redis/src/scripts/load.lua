-- Puts a new inventory in service under a new epoch, in time that does not depend on its size.
-- KEYS  1-5 as in-service.lua, of the new epoch
-- ARGV  1 epoch, 2 total, 3 committed, 4 price, 5 limit, 6 start, 7 end, 8 revision, 9 milliseconds kept after the end
-- reply {'loaded', epoch before}, or {'refused', epoch before}; 0 where there was none
-- Why: refuses to go back, so that a late rebuild cannot undo a newer one. No buyer is known until all are taught.

local before = last_epoch()
local epoch = tonumber(ARGV[1])
if tonumber(before) >= epoch then return { 'refused', before } end

local total, committed = tonumber(ARGV[2]), tonumber(ARGV[3])

-- First a write that is refused when memory is full; the epoch, which puts all of it in service, last.
redis.call('HSET', KEYS[2], 'available', digits(total - committed), 'held', '0', 'purchased', digits(committed),
  'total', digits(total), 'price', ARGV[4], 'limit', ARGV[5], 'start', ARGV[6], 'end', ARGV[7], 'revision', ARGV[8],
  'buyersLoaded', '0', 'replid', replid())
redis.call('UNLINK', KEYS[3], KEYS[4], KEYS[5])
redis.call('HSET', KEYS[3], '', '')
redis.call('HSET', KEYS[4], '', '')
redis.call('ZADD', KEYS[5], '+inf', '')
redis.call('SET', KEYS[1], ARGV[1])

local until_ms = digits(math.max(tonumber(ARGV[7]), now_ms()) + tonumber(ARGV[9]))
for i = 1, 5 do redis.call('PEXPIREAT', KEYS[i], until_ms) end
return { 'loaded', before }
