-- From now on a buyer who is not known is a new one.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch
-- reply 1, or 0 where the inventory is not in service

if not in_service() then return 0 end
redis.call('HSET', KEYS[2], 'buyersLoaded', '1')
return 1
