-- Ends a run whose task waits for its user: the events go on with the next message, under another name.
-- Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  how long the state stays without a further event, in seconds
-- ARGV[3]  of how many paused runs it stays known how many events they had: so long, what is sent once
--          more is known for what it is, and who lost the last events of a run can find out
-- Returns 1 when the run went on until now, else 0.
if not goes_on(KEYS[1], ARGV[1], look_up(KEYS[1], ARGV[1])) then return 0 end
local earlier = earlier_pauses(KEYS[1])
require_state_rights(KEYS[1])
leave_run(KEYS[1], ARGV[1])
pause_task(KEYS[1], earlier, ARGV[1], tonumber(ARGV[3]))
keep_state(KEYS[1], ARGV[2])
return 1
