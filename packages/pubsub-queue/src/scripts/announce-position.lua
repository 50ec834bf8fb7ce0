-- Tells all who follow a task, on its channel, how many events of each publisher there were before this
-- message: who has fewer has lost some. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the task's channel
-- ARGV[2]  SPUBLISH or PUBLISH
-- Returns 1.
local all = read_state(KEYS[1])
local lines = {}
for i = 1, #all.counts, 2 do lines[#lines + 1] = all.counts[i] .. ' ' .. all.counts[i + 1] end
local phase = 'over'
-- What was published but not begun is about to be; of an end there is a note.
if #lines > 0 or #all.runs > 0 or all.is_open then phase = 'live' end
if all.has_ended then phase = 'over' end
redis.call(ARGV[2], ARGV[1], 'P' .. phase .. '\n' .. table.concat(lines, '\n'))
return 1
