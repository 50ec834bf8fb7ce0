-- Makes a dead letter an event of its lane once more, after those that wait, with its old id. Follows lanes.lua.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- KEYS[3]  hash: the dead letters of the task by id
-- KEYS[4...7]  the schedule, where it is in reach
-- ARGV[1], ARGV[2]  the tenant and the task as the schedule has them
-- ARGV[3]  the id of the letter
-- ARGV[4]  the config
-- ARGV[5]  how long the task is kept, in seconds
-- ARGV[6], ARGV[7], ARGV[8]  the tenant, the owner and the id of the task
-- ARGV[9], ARGV[10]  see schedule.lua
-- Returns "requeued"; "missing" where there is no such letter, or what it held is lost.
local s = #KEYS > 3 and 3 or -1
local letter = redis.call('HGET', KEYS[3], ARGV[3])
local kind, id, body = string.match(letter or '', '^[^\n]*\n[^\n]*\n(%a) %d+ (%S+) %d+\n(.*)$')
if not kind then return 'missing' end
-- It was for one config before, too, where it comes here again.
local length = tonumber(string.match(letter, '^[^\n]*\n[^\n]*\n%a %d+ %S+ (%d+)\n'))
body = string.sub(body, length + 1)
require_task_rights(s)
local now = server_now()
local known, lanes, last = read_task()
local lane = lane_of(lanes, ARGV[4])
if not lane then
  lane = new_lane(ARGV[4], last, now)
  lanes[#lanes + 1] = lane
end
-- Lanes that wait for nothing do not wait for this either.
for _, other in ipairs(lanes) do
  if other ~= lane and other.cursor == last and other.token == 0 then
    other.cursor = last + 1
    write_lane(other)
  end
end
if lane.cursor == last and lane.token == 0 then lane.due = math.max(lane.due, now) end
write_lane(lane)
last = last + 1
redis.call('HSET', KEYS[1], 'tenant', ARGV[6], 'owner', ARGV[7], 'task', ARGV[8], 'n', whole(last))
redis.call('HSET', KEYS[2], whole(last),
  kind .. ' ' .. whole(now) .. ' ' .. id .. ' ' .. #ARGV[4] .. '\n' .. ARGV[4] .. body)
redis.call('HDEL', KEYS[3], ARGV[3])
keep_task(ARGV[5])
mark_task(s, ARGV[1], ARGV[2], lanes, last, now)
return 'requeued'
