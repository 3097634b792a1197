-- Lets a lock go, if it is still the owner's.
-- KEYS  1 lock
-- ARGV  1 owner
-- reply 1 where it was, else 0
-- Why: an owner whose lock expired must not take away the next owner's.

if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
