-- The counters and terms of an inventory, and with 'holds' every live hold, of one instant.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, 2 'holds' or ''
-- reply {} where the inventory is not in service, else {now, available, held, purchased, total, price, limit, start, end,
--       revision, buyersLoaded}, and after them user id, hold, user id, hold …

local stock = in_service()
if not stock then return {} end

local reply = { digits(now_ms()) }
for _, field in ipairs(NUMBERS) do reply[#reply + 1] = stock[field] end
if ARGV[2] == 'holds' then
  local holds = redis.call('HGETALL', KEYS[4])
  for i = 1, #holds, 2 do
    if holds[i] ~= '' then
      reply[#reply + 1] = holds[i]
      reply[#reply + 1] = holds[i + 1]
    end
  end
end
return reply
