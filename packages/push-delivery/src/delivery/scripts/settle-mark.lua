-- Says when a task that was claimed is to be looked at next. Follows schedule.lua. For servers where the schedule and the
-- task are in different slots.
--
-- What says so has read the task some time before: a mark that was changed since is not put off, and one of a task with
-- nothing due is removed only when that was so twice.
--
-- KEYS[1...4]  the schedule
-- ARGV[1]  the tenant
-- ARGV[2]  the task
-- ARGV[3]  the moment of the mark when it was claimed
-- ARGV[4]  the moment of the next look; empty where nothing is due
-- ARGV[5]  whether nothing was due before: "i", or empty
-- ARGV[6]  in how many milliseconds a task with nothing due is looked at once more
-- ARGV[7], ARGV[8]  see schedule.lua
-- Returns 1.
require_schedule_rights(0)
local now = server_now()
local tenant, name, moment = ARGV[1], ARGV[2], tonumber(ARGV[4])
if mark_of(0, name) ~= tonumber(ARGV[3]) then
  if moment then mark_by(0, tenant, name, moment) end
elseif moment then
  set_mark(0, tenant, name, moment)
elseif ARGV[5] == 'i' then
  set_mark(0, tenant, name)
else
  set_mark(0, tenant, name, now + tonumber(ARGV[6]), true)
end
if place_tenant(0, tenant, now) then tell_workers('due') end
return 1
