-- The last epoch that was put in service here.
-- KEYS  1 as in-service.lua
-- reply the epoch, or '0'

return last_epoch()
