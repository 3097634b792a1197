-- Comes before every script of an inventory: is the inventory of this epoch in service here?
-- KEYS  1 epoch, 2 stock, 3 buyers, 4 holds, 5 deadlines
-- ARGV  1 epoch
-- Why: Redis may have lost some or all of it, or gone back to an older state. A lost key is a missing sentinel, and so is one that
-- somebody else's value of another type stands in: hence pcall. An old state can have old stock under the same epoch, run id
-- and script cache: only master_replid changed (reading it: 4 us).

local NUMBERS = { 'available', 'held', 'purchased', 'total', 'price', 'limit', 'start', 'end', 'revision', 'buyersLoaded' }

-- Some managed servers refuse INFO to scripts: '' was remembered there, and '' is found.
local function replid()
  local info = redis.pcall('INFO', 'replication')
  if type(info) ~= 'string' then return '' end
  return string.match(info, 'master_replid:(%x+)') or ''
end

-- TIME goes on while a script runs: one call a script.
local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Whole, never in exponents.
local function digits(number)
  return string.format('%.0f', number)
end

-- The last epoch that was put in service here; '0' where there is none, or none that can be read.
local function last_epoch()
  local found = redis.pcall('GET', KEYS[1])
  return type(found) == 'string' and string.match(found, '^%d+$') or '0'
end

-- Locks go that are still their owners'. What is no text is no lock: MGET answers nothing for it.
local function let_go(locks, owners)
  if #locks == 0 then return end
  local own = {}
  for i, found in ipairs(redis.call('MGET', unpack(locks))) do
    if found == owners[i] then own[#own + 1] = locks[i] end
  end
  if #own > 0 then redis.call('DEL', unpack(own)) end
end

-- The stock's fields, as the texts they are stored as; nil where the inventory is not in service.
local function in_service()
  if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return nil end
  local values = redis.pcall('HMGET', KEYS[2], 'replid', unpack(NUMBERS))
  if values[1] ~= replid() then return nil end
  local stock = {}
  for i, field in ipairs(NUMBERS) do
    local value = values[i + 1]
    if not value or not string.find(value, '^%d+$') then return nil end
    stock[field] = value
  end
  if redis.pcall('HEXISTS', KEYS[3], '') ~= 1 then return nil end
  if redis.pcall('HEXISTS', KEYS[4], '') ~= 1 then return nil end
  if type(redis.pcall('ZSCORE', KEYS[5], '')) ~= 'string' then return nil end
  return stock
end
