-- Tells all who follow a task, on its channel, how many events of each publisher there were before this
-- message: who has fewer has lost some.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the task's channel
-- ARGV[2]  SPUBLISH or PUBLISH
-- Returns 1.
local all = redis.call('HGETALL', KEYS[1])
local lines = {}
local phase = 'over'
for i = 1, #all, 2 do
  local field = all[i]
  local kind = string.sub(field, 1, 2)
  if kind == 'c:' then lines[#lines + 1] = string.sub(field, 3) .. ' ' .. all[i + 1] end
  -- What was published but not begun is about to be; of an end there is a note.
  if kind == 'c:' or kind == 'r:' or field == 'open' then phase = 'live' end
end
if redis.call('HEXISTS', KEYS[1], 'end') == 1 then phase = 'over' end
redis.call(ARGV[2], ARGV[1], 'P' .. phase .. '\n' .. table.concat(lines, '\n'))
return 1
