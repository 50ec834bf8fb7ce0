-- Gives up the artifact chunks that wait, for one snapshot of the task in the place of the last of them. Follows lanes.lua.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- ARGV[1]  the kind of the snapshot: a letter
-- ARGV[2]  its id
-- ARGV[3]  its body
-- ARGV[4]  how long the task is kept, in seconds
-- Returns how many were given up.
require_task_rights(-1)
local now = server_now()
local known, lanes, last = read_task()
local in_flight = {}
for _, lane in ipairs(lanes) do
  if lane.token > 0 then
    local number = event_of(lane, last)
    if number then in_flight[number] = true end
  end
end
local given_up = {}
for number = tonumber(known.first or '1') or 1, last do
  if not in_flight[number] then
    local text = redis.call('HGET', KEYS[2], whole(number))
    if text and string.sub(text, 1, 2) == 'a ' then given_up[#given_up + 1] = number end
  end
end
-- One alone is no more than its snapshot.
if #given_up < 2 then return 0 end
for _, lane in ipairs(lanes) do
  for _, number in ipairs(given_up) do
    if number > lane.cursor then lane.dropped = lane.dropped + 1 end
  end
  write_lane(lane)
end
for i = 1, #given_up - 1 do redis.call('HDEL', KEYS[2], whole(given_up[i])) end
redis.call('HSET', KEYS[2], whole(given_up[#given_up]),
  ARGV[1] .. ' ' .. whole(now) .. ' ' .. ARGV[2] .. ' 0\n' .. ARGV[3])
keep_task(ARGV[4])
return #given_up
