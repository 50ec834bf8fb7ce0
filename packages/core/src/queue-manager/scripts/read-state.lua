-- Tells all about a task that others need to know: whether anybody executes it, what its transport noted,
-- and which requests to cancel it there are. Follows task-state.lua.
--
-- KEYS[1]  the task's state
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
return { phase, all.noted, all.runs, all.cancels, all.counts, all.fenced }
