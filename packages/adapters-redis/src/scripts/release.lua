-- Puts the units of holds back on sale.
-- KEYS  1-5 as in-service.lua; where the locks go too, one lock key more a reservation
-- ARGV  1 epoch, then two a reservation: reservation id, user id
-- reply {stock before, stock after}; {0, 0} where the inventory is not in service
-- Why: acts only where that buyer's hold is of that very reservation: units go back once.

local stock = in_service()
if not stock then return { 0, 0 } end

local ids, users = {}, {}
for i = 2, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
  users[#users + 1] = ARGV[i + 1]
end
local found = #users > 0 and redis.call('HMGET', KEYS[4], unpack(users)) or {}

local ended, done, units = {}, {}, 0
for i, user in ipairs(users) do
  local id, quantity = string.match(found[i] or '', '^([^ ]+) (%d+) ')
  if id == ids[i] and not done[user] then
    done[user] = true
    ended[#ended + 1] = user
    units = units + tonumber(quantity)
  end
end

if #ended > 0 then
  -- Never refused, not even when memory is full; nor is what follows a write.
  redis.call('HDEL', KEYS[4], unpack(ended))
  redis.call('ZREM', KEYS[5], unpack(ended))
  redis.call('HINCRBY', KEYS[2], 'held', digits(-units))
  redis.call('HINCRBY', KEYS[2], 'available', digits(units))
end
let_go({ unpack(KEYS, 6) }, ids)
local before = tonumber(stock.available)
return { before, before + units }
