-- Answers a request to cancel a task. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the request
-- ARGV[2]  the answer
-- ARGV[3]  the task's channel
-- ARGV[4]  SPUBLISH or PUBLISH
-- Returns 1; 0 when nobody waits for it any more.
require_channel(ARGV[4], ARGV[3])
if not answer_cancel(KEYS[1], ARGV[1], ARGV[2]) then return 0 end
redis.call(ARGV[4], ARGV[3], 'C')
return 1
