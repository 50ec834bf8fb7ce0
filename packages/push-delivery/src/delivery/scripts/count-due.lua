-- Counts what the schedule has. Only reads. Follows schedule.lua.
--
-- KEYS[1]  the marks: KEYS[1...4] are the schedule
-- KEYS[3]  the ring
-- ARGV[1]  a tenant; absent for all of them
-- Returns how many tasks wait, how many of them are due, and for how many milliseconds the first of them has been; for all
-- tenants the last two are about tenants, by the first mark of each, and the last of the first thousand in the ring.
local now = server_now()
if ARGV[1] then
  local from, to = '[' .. ARGV[1] .. ':', '(' .. ARGV[1] .. ';'
  local due = '(' .. ARGV[1] .. ':' .. string.format('%015.0f', now + 1)
  local first = first_mark(0, ARGV[1])
  return { redis.call('ZLEXCOUNT', KEYS[1], from, to), redis.call('ZLEXCOUNT', KEYS[1], from, due),
    first and math.max(0, now - first) or 0 }
end
local oldest = 0
-- Of so many that it takes no longer than other scripts.
local ready = redis.call('ZRANGE', KEYS[3], 0, 999)
for _, tenant in ipairs(ready) do
  local first = first_mark(0, tenant)
  if first then oldest = math.max(oldest, now - first) end
end
return { redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[3]), oldest }
