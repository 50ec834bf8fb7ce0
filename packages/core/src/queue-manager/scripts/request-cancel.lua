-- Asks those that execute a task to cancel it. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the request
-- ARGV[2]  the task's channel
-- ARGV[3]  SPUBLISH or PUBLISH
-- Returns the runs that were asked; none where nobody executes the task.
local asked = read_state(KEYS[1]).runs
if #asked > 0 then
  require_channel(ARGV[3], ARGV[2])
  request_cancel(KEYS[1], ARGV[1])
  redis.call(ARGV[3], ARGV[2], 'C')
end
return asked
