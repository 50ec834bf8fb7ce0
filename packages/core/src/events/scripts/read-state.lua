-- Tells all about a task that others need to know: whether anybody executes it, where its log stands,
-- and which requests to cancel it there are.
--
-- KEYS[1]  the task's state
-- Returns {phase, epoch, last, {run, ...}, {request, answer, ...}, {run, counter, ...}}: the phase is
-- "running", "open" (also while another replica ends what a lost one executed), "ended", or "none"
-- where no run is known, though there may have been events; epoch and last are empty where nothing is
-- logged; an answer is empty where there is none yet; a counter tells how many events of the run there
-- were.
local all = redis.call('HGETALL', KEYS[1])
local phase, epoch, last, runs, cancels, counters = 'none', '', '', {}, {}, {}
for i = 1, #all, 2 do
  local field, value = all[i], all[i + 1]
  local kind = string.sub(field, 1, 2)
  if kind == 'r:' then
    runs[#runs + 1] = string.sub(field, 3)
  elseif kind == 'x:' then
    cancels[#cancels + 1] = string.sub(field, 3)
    cancels[#cancels + 1] = value
  elseif kind == 'c:' then
    counters[#counters + 1] = string.sub(field, 3)
    counters[#counters + 1] = value
  elseif field == 'end' then
    phase = 'ended'
  elseif field == 'open' or kind == 'f:' then
    if phase == 'none' then phase = 'open' end
  elseif field == 'epoch' then
    epoch = value
  elseif field == 'last' then
    last = value
  end
end
if #runs > 0 then phase = 'running' end
return { phase, epoch, last, runs, cancels, counters }
