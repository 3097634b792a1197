-- What is known of buyers: their orders, and the reservation that each holds units for.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, then user ids
-- reply {'not-in-service'}, or {'in-service', and three a user: 'known' or 'unknown', orders, reservation id or ''}

if not in_service() then return { 'not-in-service' } end

local users = { unpack(ARGV, 2) }
if #users == 0 then return { 'in-service' } end
local orders = redis.call('HMGET', KEYS[3], unpack(users))
local holds = redis.call('HMGET', KEYS[4], unpack(users))
local reply = { 'in-service' }
for i = 1, #users do
  reply[#reply + 1] = orders[i] and 'known' or 'unknown'
  reply[#reply + 1] = orders[i] or ''
  reply[#reply + 1] = string.match(holds[i] or '', '^[^ ]*')
end
return reply
