-- Some of the buyers that are known, with their orders, and where to go on.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, 2 where to go on, '0' at first, 3 about how many
-- reply {'not-in-service'}, or {'in-service', where to go on, user id, orders, user id, orders …}; '0' says that this was the last
-- Why: HSCAN goes on in the key of this epoch, on the server where it began: what comes between two calls, as another replication id,
-- ends it. Who is known all the while is named, though the hash grows meanwhile: then some are named again.

if not in_service() then return { 'not-in-service' } end

local found = redis.call('HSCAN', KEYS[3], ARGV[2], 'COUNT', ARGV[3])
local reply = { 'in-service', found[1] }
for i = 1, #found[2], 2 do
  if found[2][i] ~= '' then
    reply[#reply + 1] = found[2][i]
    reply[#reply + 1] = found[2][i + 1]
  end
end
return reply
