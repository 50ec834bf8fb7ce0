-- Says what became of an attempt, and takes the next event of the lane. Follows lanes.lua.
--
-- Only with the token that the attempt was given: whoever was too slow changes nothing.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- KEYS[3]  hash: the dead letters of the task by id
-- KEYS[4...7]  the schedule, where it is in reach
-- ARGV[1], ARGV[2]  the tenant and the task as the schedule has them
-- ARGV[3]  the config
-- ARGV[4]  the token
-- ARGV[5]  the number of the event
-- ARGV[6]  "delivered"; "retry"; "dead" for a dead letter; "defer" where there was no attempt; "release" where another may
--          try at once; "unregistered" where the config is gone
-- ARGV[7]  in how many milliseconds the lane is due
-- ARGV[8]  why it failed
-- ARGV[9]  the lease, in milliseconds, where the next event is asked for; empty where it is not
-- ARGV[10]  how long the task is kept, in seconds
-- ARGV[11]  of a dead letter: its id
-- ARGV[12]  what is said of it
-- ARGV[13]  how long dead letters are kept, in seconds
-- ARGV[14], ARGV[15]  see schedule.lua
-- Returns "stale"; or the server's clock, when the task is due next or -1, and the next delivery if there is one, as in
-- take-deliveries.lua.
local s = #KEYS > 3 and 3 or -1
require_task_rights(s)
local now = server_now()
local known, lanes, last = read_task()
local lane = lane_of(lanes, ARGV[3])
if not lane or lane.token == 0 or lane.token ~= tonumber(ARGV[4]) then return 'stale' end
local number, outcome = tonumber(ARGV[5]), ARGV[6]
lane.token = 0
lane.due = now + tonumber(ARGV[7])
if outcome == 'delivered' then
  lane.cursor, lane.attempts, lane.failures, lane.reason = number, 0, 0, ''
elseif outcome == 'retry' then
  lane.failures, lane.reason = lane.failures + 1, ARGV[8]
elseif outcome == 'dead' then
  local text = redis.call('HGET', KEYS[2], whole(number))
  redis.call('HSET', KEYS[3], ARGV[11], whole(now) .. ' ' .. lane.attempts .. '\n' .. ARGV[12] .. '\n' .. (text or ''))
  redis.call('EXPIRE', KEYS[3], ARGV[13])
  lane.cursor, lane.attempts, lane.reason = number, 0, ARGV[8]
  -- What is refused says nothing of the next event; a receiver that stays away does.
  if lane.due > now then lane.failures = lane.failures + 1 end
elseif outcome == 'defer' then
  lane.attempts = math.max(0, lane.attempts - 1)
end
local next_delivery
if outcome == 'unregistered' then
  redis.call('HDEL', KEYS[1], 'l:' .. lane.config)
  local others = {}
  for _, other in ipairs(lanes) do
    if other ~= lane then others[#others + 1] = other end
  end
  lanes = others
else
  if ARGV[9] ~= '' and not lane.paused and lane.due <= now then
    local at, text = event_of(lane, last)
    if at then next_delivery = hand_out(known, lane, at, text, now, tonumber(ARGV[9])) end
  end
  if not next_delivery then write_lane(lane) end
end
trim_events(known, lanes, last)
keep_task(ARGV[10])
mark_task(s, ARGV[1], ARGV[2], lanes, last, now)
return { now, next_due(lanes, last) or -1, next_delivery }
