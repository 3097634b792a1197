-- Holds past their deadline, the oldest first.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, 2 how many at most
-- reply {user id, hold, user id, hold …}; empty where the inventory is not in service
-- Why: changes no hold: only a void that stands in the orders ends one. A deadline without its hold is dropped.

if not in_service() then return {} end

local users = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', digits(now_ms()), 'LIMIT', 0, ARGV[2])
local reply = {}
for _, user in ipairs(users) do
  local hold = redis.call('HGET', KEYS[4], user)
  if hold then
    reply[#reply + 1] = user
    reply[#reply + 1] = hold
  else
    redis.call('ZREM', KEYS[5], user)
  end
end
return reply
