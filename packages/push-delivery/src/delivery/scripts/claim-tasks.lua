-- Takes tasks that are due, of each tenant one in turn, and puts their marks behind the lease: if whoever takes them is
-- gone by then, others do. Follows schedule.lua.
--
-- KEYS[1]  the marks: KEYS[1...4] are the schedule
-- KEYS[3]  the ring
-- KEYS[4]  the tenants that wait
-- ARGV[1]  how many at most
-- ARGV[2]  the lease, in milliseconds
-- ARGV[3]  how many of one tenant at most
-- ARGV[4...]  tenants for which that is another number, each followed by it
-- ARGV[#ARGV-1], ARGV[#ARGV]  see schedule.lua: told where more is due than is taken
-- Returns how many tenants still have something due; in how many milliseconds something else is due, -1 where nothing
-- waits; then of each task the tenant, the name, the moment of its mark from now on, and "i" where nothing was due at the
-- last look.
require_schedule_rights(0)
require_rights(KEYS[1], 'ZRANGEBYSCORE', 'ZCARD')
local now = server_now()
local limit, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
local of_each, left, exhausted = tonumber(ARGV[3]), {}, 0
for i = 4, #ARGV - 2, 2 do
  left[ARGV[i]] = tonumber(ARGV[i + 1])
  if left[ARGV[i]] <= 0 then exhausted = exhausted + 1 end
end
for _, tenant in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, 256)) do
  place_tenant(0, tenant, now)
end

-- The first in the ring of which more may be claimed.
local function next_tenant()
  for _, tenant in ipairs(redis.call('ZRANGE', KEYS[3], 0, exhausted)) do
    if (left[tenant] or of_each) > 0 then return tenant end
  end
end

local claimed = { 0, -1 }
while #claimed < limit * 4 + 2 do
  local tenant = next_tenant()
  if not tenant then break end
  local moment, name = first_mark(0, tenant)
  if moment and moment <= now then
    local _, was_idle = mark_of(0, name)
    -- A mark without its moment is none that was set here.
    if not mark_of(0, name) then
      redis.call('ZREM', KEYS[1], mark_member(tenant, name, moment))
    else
      set_mark(0, tenant, name, now + lease, was_idle)
      left[tenant] = (left[tenant] or of_each) - 1
      if left[tenant] == 0 then exhausted = exhausted + 1 end
      claimed[#claimed + 1] = tenant
      claimed[#claimed + 1] = name
      claimed[#claimed + 1] = whole(now + lease)
      claimed[#claimed + 1] = was_idle and 'i' or ''
    end
  end
  place_tenant(0, tenant, now, true)
end
local next = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')[2]
if next then claimed[2] = math.max(0, tonumber(next) - now) end
claimed[1] = redis.call('ZCARD', KEYS[3])
if claimed[1] > 0 then tell_workers('more') end
return claimed
