-- Tells all about a task that others need to know: whether anybody executes it, what its transport noted,
-- and which requests to cancel it there are. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the task's channel, where whoever executes it is to be told to look if nothing is known of it: what was may
--          have been lost, and is entered again then
-- ARGV[2]  SPUBLISH or PUBLISH
-- Returns {phase, {field, value, ...}, {run, ...}, {request, answer, ...}, {run, counter, ...}, {run, ...}}:
-- the phase is "running" (with what runs), "open" (also while another replica ends what a lost one executed),
-- "ended", or "none" where nothing is known; the fields are those of which only the transport knows; an answer
-- is empty where there is none yet; a counter tells how many events of the run there were; the last runs are
-- those that were ended by others.
local all = read_state(KEYS[1])
local phase = 'none'
if #all.runs > 0 then
  phase = 'running'
elseif all.has_ended then
  phase = 'ended'
elseif all.is_open or all.was_ended then
  phase = 'open'
end
if phase == 'none' and ARGV[1] then redis.call(ARGV[2], ARGV[1], 'C') end
return { phase, all.noted, all.runs, all.cancels, all.counts, all.fenced }
