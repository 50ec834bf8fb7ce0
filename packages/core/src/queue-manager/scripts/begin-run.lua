-- Enters a run of a task. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  how long the state stays without a further event, in seconds
-- ARGV[3]  the task's channel, where the task was begun before. Where nobody is known to execute it, and it is not known
--          to wait for its user, that may be lost: whoever does is told to look, and enters its run again
-- ARGV[4]  SPUBLISH or PUBLISH
-- Returns 1; 0 when another replica has ended the run, 2 when the task has come to its end, 3 when the run
-- was fenced before it began: nobody takes it to have been.
local known = look_up(KEYS[1], ARGV[1])
if known.fence == FENCED then return 0 end
if known.fence == FENCED_BY_END or known.is_terminal then return 2 end
if known.fence then return 3 end
local asks = ARGV[3] and is_nobodys(KEYS[1])
require_state_rights(KEYS[1])
if asks then require_channel(ARGV[4], ARGV[3]) end
enter_run(KEYS[1], ARGV[1])
keep_state(KEYS[1], ARGV[2])
if asks then redis.call(ARGV[4], ARGV[3], 'C') end
return 1
