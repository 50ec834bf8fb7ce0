-- Reads the lanes of a task. Follows lanes.lua.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- Returns of each lane: the config, how many events wait, the attempts at the first of them, failures in a row, "p" where
-- it is paused, whether a delivery is in flight, how many chunks were given up, in how many milliseconds it is due, and
-- why the last attempt failed.
local now = server_now()
local _, lanes, last = read_task()
local found = {}
for _, lane in ipairs(lanes) do
  local waiting = 0
  local at = { cursor = lane.cursor, config = lane.config }
  while event_of(at, last) do
    waiting = waiting + 1
    at.cursor = at.cursor + 1
  end
  found[#found + 1] = { lane.config, waiting, lane.attempts, lane.failures, lane.paused and 'p' or '',
    lane.token > 0 and lane.due > now and 1 or 0, lane.dropped, math.max(0, lane.due - now), lane.reason }
end
return found
