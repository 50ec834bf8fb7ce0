-- Enters a run of a task. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  how long the state stays without a further event, in seconds
-- Returns 1; 0 when another replica has ended the run, 2 when the task has come to its end, 3 when the run
-- was fenced before it began: nobody takes it to have been.
local known = look_up(KEYS[1], ARGV[1])
if known.fence == FENCED then return 0 end
if known.fence == FENCED_BY_END or known.is_terminal then return 2 end
if known.fence then return 3 end
enter_run(KEYS[1], ARGV[1])
keep_state(KEYS[1], ARGV[2])
return 1
