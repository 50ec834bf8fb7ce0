-- Tells all about a task that others need to know: whether anybody executes it, where its log stands,
-- and which requests to cancel it there are.
--
-- KEYS[1]  the task's state
-- Returns {phase, epoch, last, {run, ...}, {request, answer, ...}, {run, counter, ...}, {run, ...}}: the
-- phase is "running" (with what runs; a run that has published and did not enter itself yet is one, too),
-- "open" (also while another replica ends what a lost one executed), "ended", or "none" where nothing is
-- known; epoch and last are empty where nothing is logged; an answer is empty where there is none yet; a
-- counter tells how many events of the run there were; the last runs are those that were ended by others.
local all = redis.call('HGETALL', KEYS[1])
local phase, epoch, last, runs, cancels, counters, fenced = 'none', '', '', {}, {}, {}, {}
local publishers = {}
for i = 1, #all, 2 do
  local field, value = all[i], all[i + 1]
  local kind = string.sub(field, 1, 2)
  if kind == 'r:' then
    runs[#runs + 1] = string.sub(field, 3)
  elseif kind == 'x:' then
    cancels[#cancels + 1] = string.sub(field, 3)
    cancels[#cancels + 1] = value
  elseif kind == 'c:' then
    publishers[#publishers + 1] = string.sub(field, 3)
    counters[#counters + 1] = string.sub(field, 3)
    counters[#counters + 1] = value
  elseif field == 'end' then
    phase = 'ended'
  elseif kind == 'f:' then
    fenced[#fenced + 1] = string.sub(field, 3)
    if phase == 'none' and (value == '' or value == 't') then phase = 'open' end
  elseif field == 'open' then
    if phase == 'none' then phase = 'open' end
  elseif field == 'epoch' then
    epoch = value
  elseif field == 'last' then
    last = value
  end
end
if phase == 'none' then runs = #runs > 0 and runs or publishers end
if #runs > 0 then phase = 'running' end
return { phase, epoch, last, runs, cancels, counters, fenced }
