-- Tells the orders of buyers that the inventory does not know yet.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, then two a buyer: user id, orders
-- reply 1, or 0 where the inventory is not in service
-- Why: a known buyer stays as they are: what they bought since is newer than what the teacher read.

if not in_service() then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[3], ARGV[i], ARGV[i + 1]) end
return 1
