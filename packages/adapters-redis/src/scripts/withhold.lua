-- Takes units out of stock for a total that is to be lowered, so that nobody can buy them meanwhile.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, 2 revision that the total was read at, 3 whose hold it is: '#' and the change's id, 4 change id, 5 units,
--       6 milliseconds until the reaper asks what became of the change
-- reply {'not-in-service'}, {'other-revision'}, {'too-few', available, held, purchased}, or {'withheld', hold}
-- Why: a hold like a buyer's, but for the window, price and limit, which do not concern it.

local stock = in_service()
if not stock then return { 'not-in-service' } end

local standing = redis.call('HGET', KEYS[4], ARGV[3])
if standing then return { 'withheld', standing } end
if stock.revision ~= ARGV[2] then return { 'other-revision' } end
local units = tonumber(ARGV[5])
if tonumber(stock.available) < units then return { 'too-few', stock.available, stock.held, stock.purchased } end

local now = now_ms()
local deadline = now + tonumber(ARGV[6])
-- Without a fingerprint, which would stand last.
local hold = table.concat({ ARGV[4], digits(units), stock.price, digits(now), digits(deadline), '' }, ' ')
-- First a write that is refused when memory is full: nothing before it has changed, and nothing after it is refused.
redis.call('HSET', KEYS[4], ARGV[3], hold)
redis.call('ZADD', KEYS[5], digits(deadline), ARGV[3])
redis.call('HINCRBY', KEYS[2], 'available', digits(-units))
redis.call('HINCRBY', KEYS[2], 'held', digits(units))
return { 'withheld', hold }
