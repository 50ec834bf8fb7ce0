-- Publishes events of one run of a task in one message, in order and each once. A companion of the
-- scripts that write a task's record: see companion.lua. Follows task-state.lua.
--
-- KEYS[k+1]  the task's state: a hash
-- ARGV[a+1]  the run
-- ARGV[a+2]  the counter of the first event
-- ARGV[a+3]  the counter of the last event that was sent before; empty where others may have: see refusal_of
-- ARGV[a+4]  the task's channel
-- ARGV[a+5]  SPUBLISH or PUBLISH
-- ARGV[a+6]  how long the state stays without a further event, in seconds
-- ARGV[a+7]  how long it stays after the end, in seconds
-- ARGV[a+8]  "e" where they end the task, "i" where they are only accepted if no other run goes on, "ei"
--            for both, or nothing
-- ARGV[a+9...last]  the events; "z" for the run's end, which is the task's where no other run goes on
-- Returns nothing: defines the companion.
local companion = { keys = 1 }

-- The longest message that carries events, in bytes. A server closes a connection for messages that is behind by
-- 32 MB, or by 8 MB for a minute: with all that others are to hear over it. See also longest-message.ts.
local LONGEST_MESSAGE = 4194304

-- What check found, for apply.
local known

-- See refusal_of. And whatever would fail in apply fails here, before anything is written.
function companion.check(k, a, last_arg)
  require_state_rights(KEYS[k + 1])
  require_channel(ARGV[a + 5], ARGV[a + 4])
  local refusal
  refusal, known = refusal_of(KEYS[k + 1], a, 8, last_arg)
  return refusal
end

-- The events, or how many there are: the record of the task has them.
local function message_of(run, from, lines)
  local place = run .. ' ' .. string.format('%.0f', from)
  local length = 0
  for _, line in ipairs(lines) do length = length + #line end
  if length <= LONGEST_MESSAGE then return 'E' .. place .. '\n' .. table.concat(lines, '\n') end
  local is_end = lines[#lines] == 'z'
  return string.format('L%s %d%s', place, is_end and #lines - 1 or #lines, is_end and '\nz' or '')
end

-- What was published before is left out: which is known by the counter of the run, and of a run that ended
-- by its being unknown where another one goes on. (A run is entered before its end is sent; only
-- "<run>-end", of a replica that ends it for another, never is.)
function companion.apply(k, a, last_arg)
  local state, run = KEYS[k + 1], ARGV[a + 1]
  local sent = known.count or 0
  local first = tonumber(ARGV[a + 2])
  local from = math.max(first, sent + 1)
  local is_known = known.count or known.goes_on or string.find(run, '%-end$')
  if ARGV[last_arg] == 'z' and not is_known and another_goes_on(state, run) then return end
  local last = sent
  local lines = {}
  local is_end, ended = false, false
  for i = from, first + last_arg - a - 9 do
    local body = ARGV[a + 9 + i - first]
    if body == 'z' then
      is_end = true
      -- What the run could not send before its end was sent by nobody.
      last = math.max(last, i - 1)
    else
      lines[#lines + 1] = body
      last = i
    end
  end
  local is_terminal = string.find(ARGV[a + 8], 'e', 1, true)
  if #lines == 0 and not is_end and not is_terminal then return end

  count_events(state, run, last)
  if is_terminal then end_task(state, run) end
  if is_end or is_terminal then
    leave_run(state, run)
    ended = is_terminal or not another_goes_on(state, run)
    local is_first = ended and not known.has_ended
    if is_first or is_terminal and not known.is_terminal then lines[#lines + 1] = 'z' end
    if is_first and not is_terminal then
      close_task(state)
      -- A run has left its task open. Who comes back from a broken connection can tell what it lost of that
      -- run, and of those that others have ended. Of all before, nothing is needed: a task can have any number.
      forget_earlier(state, run)
    end
  end
  keep_state(state, ended and ARGV[a + 7] or ARGV[a + 6])

  if #lines > 0 then redis.call(ARGV[a + 5], ARGV[a + 4], message_of(run, from, lines)) end
end
