-- Takes what a task has due: of each lane the event that it is at. Follows lanes.lua.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- KEYS[3...6]  the schedule, where it is in reach
-- ARGV[1], ARGV[2]  the tenant and the task as the schedule has them
-- ARGV[3]  how many deliveries at most
-- ARGV[4]  the lease, in milliseconds
-- ARGV[5]  how long the task is kept, in seconds
-- ARGV[6], ARGV[7]  see schedule.lua
-- Returns the server's clock, the tenant, the owner, the task, and when the task is due next, or -1; then the deliveries:
-- config, token, number of the event, which attempt this is, failures of the lane, event.
local s = #KEYS > 2 and 2 or -1
require_task_rights(s)
local now = server_now()
local known, lanes, last = read_task()
local deliveries, limit = {}, tonumber(ARGV[3])
for _, lane in ipairs(lanes) do
  if lane.token > 0 and lane.due <= now then
    -- Who had it is gone.
    lane.token = 0
    write_lane(lane)
  end
  if not lane.paused and lane.token == 0 and lane.due <= now and #deliveries < limit then
    local number, text = event_of(lane, last)
    if number then
      deliveries[#deliveries + 1] = hand_out(known, lane, number, text, now, tonumber(ARGV[4]))
    else
      write_lane(lane)
    end
  end
end
if #lanes > 0 then
  trim_events(known, lanes, last)
  keep_task(ARGV[5])
end
mark_task(s, ARGV[1], ARGV[2], lanes, last, now)
return { now, known.tenant or '', known.owner or '', known.task or '', next_due(lanes, last) or -1, unpack(deliveries) }
