-- Takes a lock, or renews the owner's own.
-- KEYS  1 lock
-- ARGV  1 owner, 2 milliseconds it lives
-- reply 1 where the owner has it now, else 0
-- Why: SET NX alone would refuse the owner who asks again. A value of another type is no lock: nobody would ever let it go.

if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
if found ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
