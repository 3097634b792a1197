-- Tells the orders of buyers that the inventory does not know yet.
-- KEYS  1-5 as in-service.lua
-- ARGV  1 epoch, 2 revision that the inventory had before the orders were read, then two a buyer: user id, orders
-- reply 'taught', 'behind' or 'not-in-service'
-- Why: a known buyer stays as they are: what they bought since is newer than what the teacher read. Of an unknown one nothing
-- was noted when an order was cancelled: a teacher who read before that would make the cancelled order count. Once all are taught
-- nobody is unknown: a late teacher could tell of an order that is still held here, and its confirm would count it again.

local stock = in_service()
if not stock then return 'not-in-service' end
if stock.revision ~= ARGV[2] then return 'behind' end
if stock.buyersLoaded == '1' then return 'taught' end

local users = {}
for i = 3, #ARGV, 2 do users[#users + 1] = ARGV[i] end
if #users == 0 then return 'taught' end
local known = redis.call('HMGET', KEYS[3], unpack(users))
local records, told = {}, {}
for i, user in ipairs(users) do
  if not known[i] and not told[user] then
    told[user] = true
    records[#records + 1] = user
    records[#records + 1] = ARGV[2 + 2 * i]
  end
end
if #records > 0 then redis.call('HSET', KEYS[3], unpack(records)) end
return 'taught'
