-- Applies a change that the ledger made, if it is the next one.
-- KEYS  1-5 as in-service.lua; for a cancelled order 6, its buyer's lock
-- ARGV  1 epoch, 2 revision of the change, 3 'terms' or 'cancel', then
--       terms:  4 whose hold the withheld units are, 5 total, 6 price, 7 limit, 8 start, 9 end, 10 milliseconds kept after it
--       cancel: 4 user id, 5 order id, 6 units
-- reply {'applied', stock before, stock after}, or {WORD}: 'applied-before', 'too-early', 'contradicted', 'not-in-service'
-- Why: the ledger has changed already, so this is never refused, not even when memory is full: the first write takes away.

local stock = in_service()
if not stock then return { 'not-in-service' } end

local next_revision = tonumber(stock.revision) + 1
local revision = tonumber(ARGV[2])
if revision < next_revision then return { 'applied-before' } end
if revision > next_revision then return { 'too-early' } end

local available, held, purchased = tonumber(stock.available), tonumber(stock.held), tonumber(stock.purchased)
local user = ARGV[4]
local hold_id, quantity = string.match(redis.call('HGET', KEYS[4], user) or '', '^([^ ]+) (%d+) ')
quantity = tonumber(quantity) or 0

if ARGV[3] == 'terms' then
  local after = available + quantity + tonumber(ARGV[5]) - tonumber(stock.total)
  if after < 0 then return { 'contradicted' } end

  redis.call('HDEL', KEYS[4], user)
  redis.call('ZREM', KEYS[5], user)
  redis.call('HSET', KEYS[2], 'available', digits(after), 'held', digits(held - quantity), 'total', ARGV[5],
    'price', ARGV[6], 'limit', ARGV[7], 'start', ARGV[8], 'end', ARGV[9], 'revision', ARGV[2])
  if tonumber(ARGV[9]) > tonumber(stock['end']) then
    local until_ms = digits(math.max(tonumber(ARGV[9]), now_ms()) + tonumber(ARGV[10]))
    for i = 1, 5 do redis.call('PEXPIREAT', KEYS[i], until_ms) end
  end
  return { 'applied', digits(available), digits(after) }
end

local order, units = ARGV[5], tonumber(ARGV[6])
local is_held = hold_id == order
if not is_held and purchased < units then return { 'contradicted' } end

-- Of a buyer who is not known yet nothing is noted: who teaches them reads the cancelled order.
local record = redis.call('HGET', KEYS[3], user) or (stock.buyersLoaded == '1' and '')
local entries = {}
if record then
  for entry in string.gmatch(record, '[^,]+') do
    if string.match(entry, '^(.+):%d+$') ~= order then entries[#entries + 1] = entry end
  end
  entries[#entries + 1] = order .. ':0'
end

redis.call('HDEL', KEYS[3], user)
if record then redis.call('HSET', KEYS[3], user, table.concat(entries, ',')) end
if is_held then
  redis.call('HDEL', KEYS[4], user)
  redis.call('ZREM', KEYS[5], user)
  held = held - quantity
else
  purchased = purchased - units
end
local after = available + units
redis.call('HSET', KEYS[2], 'available', digits(after), 'held', digits(held), 'purchased', digits(purchased),
  'revision', ARGV[2])
let_go({ KEYS[6] }, { order })
return { 'applied', digits(available), digits(after) }
