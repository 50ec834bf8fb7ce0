-- Tells all about a task that others need to know: whether anybody executes it, what its transport noted,
-- and which requests to cancel it there are. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- Returns {phase, {field, value, ...}, {run, ...}, {request, answer, ...}, {run, counter, ...}, {run, ...}}:
-- the phase is "running" (with what runs; a run that has published and did not enter itself yet is one,
-- too), "open" (also while another replica ends what a lost one executed), "ended", or "none" where nothing
-- is known; the fields are those of which only the transport knows; an answer is empty where there is none
-- yet; a counter tells how many events of the run there were; the last runs are those that were ended by
-- others.
local all = read_state(KEYS[1])
local phase, runs = 'none', all.runs
if all.has_ended then
  phase = 'ended'
elseif all.is_open or all.was_ended then
  phase = 'open'
elseif #runs == 0 then
  for i = 1, #all.counts, 2 do runs[#runs + 1] = all.counts[i] end
end
if #runs > 0 then phase = 'running' end
return { phase, all.noted, runs, all.cancels, all.counts, all.fenced }
