-- Sends events of one run, in order and each once: one message an event, which messages in memory keep. A
-- companion of the scripts that write a task's record: see companion.lua. Follows task-state.lua.
--
-- KEYS[k+1]  the task's state: a hash
-- ARGV[a+1]  the run
-- ARGV[a+2]  the counter of the first event
-- ARGV[a+3]  the task's channel
-- ARGV[a+4]  "e" where they end the task, "i" where they are only accepted if no other run goes on, "ei"
--            for both, or nothing
-- ARGV[a+5...last]  the events; "z" for the run's end, which is the task's where no other run goes on
-- Returns nothing: defines the companion.
local companion = { keys = 1 }

-- What check found, for apply.
local known

-- See refusal_of.
function companion.check(k, a, last_arg)
  local refusal
  refusal, known = refusal_of(KEYS[k + 1], a, 4, last_arg)
  return refusal
end

-- What was sent before is left out.
function companion.apply(k, a, last_arg)
  local state, run, first = KEYS[k + 1], ARGV[a + 1], tonumber(ARGV[a + 2])
  local sent = known.count or 0
  local function send(counter, body)
    local header = 'E' .. run .. ' ' .. string.format('%.0f', counter)
    redis.call('PUBLISH', ARGV[a + 3], header .. ' ' .. body)
  end

  local count = last_arg - a - 4
  local is_over = ARGV[last_arg] == 'z'
  if is_over then count = count - 1 end
  for i = math.max(1, sent - first + 2), count do send(first + i - 1, ARGV[a + 4 + i]) end

  local ended = false
  if string.find(ARGV[a + 4], 'e', 1, true) then
    end_task(state, run)
    ended = not known.has_ended
  elseif is_over then
    leave_run(state, run)
    ended = not known.has_ended and not another_goes_on(state, run)
    if ended then close_task(state) end
  end
  count_events(state, run, math.max(sent, first + count - 1))
  if ended then send(first + count, 'z') end
end
