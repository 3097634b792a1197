-- Takes units from stock for the reservations of one tick, each by itself, in their order: Inventory.hold and Admission.
-- KEYS  1-5 as in-service.lua; in mode take one lock key more a request
-- ARGV  1 epoch, 2 mode: granted | taken (what became of the caller's lock) | take (the lock is taken here),
--       3 milliseconds a hold and a lock live, then five a request:
--       reservation id, user id, quantity, fingerprint, expected price or ''
-- reply {'not-in-service'}, or {'in-service', now, deadline, price, limit, revision, and an answer a request}:
--       AVAILABLE, a number, where it is held; else 'already-held AVAILABLE HOLD', 'already-ordered', 'unknown-buyer', or
--       'REASON AVAILABLE RESERVATION ORDERS', the reservation that the buyer holds units for, or ''
-- Why: one TIME, one INFO and one write of each kind a call; what a buyer costs is mostly what a call costs.

local stock = in_service()
if not stock then return { 'not-in-service' } end

local mode = ARGV[2]
local now = now_ms()
local now_text, deadline_text = digits(now), digits(now + tonumber(ARGV[3]))
local available = tonumber(stock.available)
local limit = tonumber(stock.limit)
local not_started = now < tonumber(stock.start)
local ended = now >= tonumber(stock['end'])

local users = {}
for i = 4, #ARGV, 5 do users[#users + 1] = ARGV[i + 1] end
local orders = redis.call('HMGET', KEYS[3], unpack(users))
local found = redis.call('HMGET', KEYS[4], unpack(users))
local locks = {}
if mode == 'take' then locks = redis.call('MGET', unpack(KEYS, 6)) end

-- By user, and kept up to date: the second request of one buyer in a call must see the first.
local hold_of = {}
for i, user in ipairs(users) do hold_of[user] = found[i] end

-- A buyer's record is read once a call, however often the buyer stands in it.
local purchases_of = {}
local function purchased_units(user, record, id)
  if record == '' then return 0 end
  local purchases = purchases_of[user]
  if not purchases then
    purchases = { units = 0, own = {} }
    for order, count in string.gmatch(record, '([^,]+):(%d+)') do
      purchases.units = purchases.units + tonumber(count)
      purchases.own[order] = true
    end
    purchases_of[user] = purchases
  end
  return purchases.units, purchases.own[id]
end

local function verdict(i, id, quantity, expected_price)
  local record = orders[i]
  if not record then
    if stock.buyersLoaded == '0' then return 'unknown-buyer' end
    record = ''
  end
  local purchased, own = purchased_units(users[i], record, id)
  if own then return 'already-ordered' end

  local hold = hold_of[users[i]]
  local holds = hold and string.match(hold, '^[^ ]+') or ''
  if holds == id then return 'already-held ' .. digits(available) .. ' ' .. hold end

  local reason
  if quantity > limit then reason = 'exceeds-limit'
  elseif not_started then reason = 'not-started'
  elseif ended then reason = 'ended'
  elseif expected_price ~= '' and expected_price ~= stock.price then reason = 'price-changed'
  elseif hold then reason = 'in-progress'
  elseif mode == 'taken' then reason = 'in-progress'
  elseif locks[i] and locks[i] ~= id then reason = 'in-progress'
  elseif purchased + quantity > limit then reason = 'limit-reached'
  elseif available < quantity then reason = 'sold-out'
  end
  return reason and reason .. ' ' .. digits(available) .. ' ' .. holds .. ' ' .. record
end

local reply = { 'in-service', now_text, deadline_text, stock.price, stock.limit, stock.revision }
local terms = ' ' .. stock.price .. ' ' .. now_text .. ' ' .. deadline_text .. ' '
local holds, deadlines, taken, units = {}, {}, {}, 0
for i, user in ipairs(users) do
  local at = 4 + (i - 1) * 5
  local id, quantity, fingerprint = ARGV[at], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local answer = verdict(i, id, quantity, ARGV[at + 4])
  if not answer then
    available = available - quantity
    units = units + quantity
    -- The fingerprint last: it may hold any character.
    local hold = id .. ' ' .. ARGV[at + 2] .. terms .. fingerprint
    hold_of[user] = hold
    holds[#holds + 1] = user
    holds[#holds + 1] = hold
    deadlines[#deadlines + 1] = deadline_text
    deadlines[#deadlines + 1] = user
    taken[#taken + 1] = i
    answer = available
  end
  reply[#reply + 1] = answer
end

if units > 0 then
  -- First a write that is refused when memory is full: nothing before it has changed, and nothing after it is refused.
  redis.call('HSET', KEYS[4], unpack(holds))
  redis.call('ZADD', KEYS[5], unpack(deadlines))
  redis.call('HINCRBY', KEYS[2], 'available', digits(-units))
  redis.call('HINCRBY', KEYS[2], 'held', digits(units))
  if mode == 'take' then
    for _, i in ipairs(taken) do redis.call('SET', KEYS[5 + i], ARGV[4 + (i - 1) * 5], 'NX', 'PX', ARGV[3]) end
  end
end
return reply
