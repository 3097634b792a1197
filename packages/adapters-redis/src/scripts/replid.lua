-- The replication id as the scripts of inventories read it.
-- reply the id, or '' where scripts are refused INFO

return replid()
