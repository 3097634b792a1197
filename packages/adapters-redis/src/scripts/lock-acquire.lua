-- Takes a lock, or renews the owner's own.
-- KEYS  1 lock
-- ARGV  1 owner, 2 milliseconds it lives
-- reply 1 where the owner has it now, else 0
-- Why: SET NX alone would refuse the owner who asks again.

if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
