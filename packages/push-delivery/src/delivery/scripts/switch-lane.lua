-- Pauses a lane, or lets it go on at once. Follows lanes.lua.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- KEYS[3...6]  the schedule, where it is in reach
-- ARGV[1], ARGV[2]  the tenant and the task as the schedule has them
-- ARGV[3]  the config
-- ARGV[4]  "p" to pause it, "a" to let it go on
-- ARGV[5]  how long the task is kept, in seconds
-- ARGV[6], ARGV[7], ARGV[8]  the tenant, the owner and the id of the task
-- ARGV[9], ARGV[10]  see schedule.lua
-- Returns 1.
local s = #KEYS > 2 and 2 or -1
require_task_rights(s)
local now = server_now()
local known, lanes, last = read_task()
local lane = lane_of(lanes, ARGV[3])
if not lane then
  lane = new_lane(ARGV[3], last, now)
  lanes[#lanes + 1] = lane
end
lane.paused = ARGV[4] == 'p'
if not lane.paused then
  lane.failures = 0
  if lane.token == 0 then lane.due = now end
end
write_lane(lane)
redis.call('HSET', KEYS[1], 'tenant', ARGV[6], 'owner', ARGV[7], 'task', ARGV[8], 'n', whole(last))
keep_task(ARGV[5])
mark_task(s, ARGV[1], ARGV[2], lanes, last, now)
return 1
