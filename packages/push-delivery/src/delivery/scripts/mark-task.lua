-- Says that a task has something due, no later than a moment. Follows schedule.lua.
--
-- KEYS[1...4]  the schedule
-- ARGV[1]  the tenant
-- ARGV[2]  the task
-- ARGV[3]  in how many milliseconds
-- ARGV[4], ARGV[5]  see schedule.lua
-- Returns 1.
require_schedule_rights(0)
local now = server_now()
mark_by(0, ARGV[1], ARGV[2], now + tonumber(ARGV[3]))
if place_tenant(0, ARGV[1], now) then tell_workers('due') end
return 1
