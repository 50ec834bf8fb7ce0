-- Appends events of one run to a task's log, in order and each once, and announces them. A companion of
-- the scripts that write a task's record: see companion.lua. Follows task-state.lua.
--
-- KEYS[k+1]  the task's state: a hash
-- KEYS[k+2]  the task's log: a stream, its ids "<milliseconds>-<sequence>" with a sequence without gaps
-- ARGV[a+1]  the run
-- ARGV[a+2]  the counter of the first event
-- ARGV[a+3]  the counter of the last event that was sent before; empty where others may have: see refusal_of
-- ARGV[a+4]  the task's channel
-- ARGV[a+5]  SPUBLISH or PUBLISH
-- ARGV[a+6]  how many events are kept, roughly
-- ARGV[a+7]  how long they are kept after the latest, in seconds
-- ARGV[a+8]  how long they are kept after the end, in seconds
-- ARGV[a+9]  the longest message that carries events, in bytes
-- ARGV[a+10]  "e" where they end the task, "i" where they are only accepted if no other run goes on, "ei"
--            for both, or nothing
-- ARGV[a+11...last]  the events; "z" for the run's end, which is the task's where no other run goes on
-- Returns nothing: defines the companion.
local companion = { keys = 2 }

-- What check found, for apply.
local known

-- See refusal_of. And whatever would fail in apply fails here, before anything is written.
function companion.check(k, a, last_arg)
  local state, log = KEYS[k + 1], KEYS[k + 2]
  require_state_rights(state)
  require_rights(log, 'XADD', 'DEL')
  require_channel(ARGV[a + 5], ARGV[a + 4])
  local refusal
  refusal, known = refusal_of(state, a, 10, last_arg)
  -- That it is a log, and nothing is in it beyond what the state says, where no entry could follow.
  local beyond = read_key('XRANGE', log, known.last and '(' .. known.last or '+', '+', 'COUNT', 1)[1]
  if beyond and known.last then
    forget_place(state)
    fail_with_damage(log, beyond[1])
  end
  return refusal
end

-- What was appended before is left out.
function companion.apply(k, a, last_arg)
  local state, log, run = KEYS[k + 1], KEYS[k + 2], ARGV[a + 1]
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local epoch, place = known.epoch, known.last or '0-0'
  local ms, sequence = string.match(place, '^(%d+)-(%d+)$')
  ms, sequence = math.max(tonumber(ms), now), tonumber(sequence)
  local before = sequence
  local function begin_anew()
    epoch, place = time[1] .. string.format('%06d', tonumber(time[2])), '0-0'
    ms, sequence, before = now, 0, 0
    redis.call('DEL', log)
  end
  -- The state was lost, or never was: what a log may still hold cannot be continued.
  if not epoch then begin_anew() end
  local applied = known.count or 0
  local first = tonumber(ARGV[a + 2])

  local lines = {}
  local function add(call, ...)
    sequence = sequence + 1
    local id = string.format('%.0f-%.0f', ms, sequence)
    return call('XADD', log, 'MAXLEN', '~', ARGV[a + 6], id, ...)
  end
  local function append(publisher, counter, body)
    local added = add(redis.pcall, 'p', publisher, 'c', counter, 'e', body)
    if type(added) == 'table' and added.err then
      sequence = sequence - 1
      -- Another hand had it count further, and took out what it had put in: only here, that shows.
      if string.find(added.err, 'equal or smaller', 1, true) then begin_anew() end
      add(redis.call, 'p', publisher, 'c', counter, 'e', body)
    end
    lines[#lines + 1] = publisher .. ' ' .. counter .. ' ' .. body
  end

  -- What the run could not send is missing for good.
  if first > applied + 1 then append('-', '0', string.format('g%.0f', first - applied - 1)) end

  local ended = false
  local count = last_arg - a - 10
  local is_over = ARGV[last_arg] == 'z'
  if is_over then count = count - 1 end
  for i = math.max(1, applied - first + 2), count do
    append(run, string.format('%.0f', first + i - 1), ARGV[a + 10 + i])
  end
  if string.find(ARGV[a + 10], 'e', 1, true) then
    end_task(state, run)
    ended = not known.has_ended
  elseif is_over then
    leave_run(state, run)
    ended = not known.has_ended and not another_goes_on(state, run)
    if ended then close_task(state) end
  end
  -- The end is no event of the run: who counts what a task lacks must not look for it.
  if ended then append(run, string.format('%.0f', first + count), 'z') end

  -- The id of the last entry, which is an earlier one where none was appended.
  local last = sequence > before and string.format('%.0f-%.0f', ms, sequence) or place
  count_events(state, run, math.max(applied, first + count - 1), epoch, last)
  local kept = (ended or known.has_ended) and ARGV[a + 8] or ARGV[a + 7]
  keep_state(state, kept)
  redis.call('EXPIRE', log, kept)

  if sequence > before then
    -- Which entry they follow, as after a failover others may have had the sequences before them.
    local header = string.format('%s %.0f %.0f %s', epoch, ms, before + 1, place)
    local message = 'E' .. header .. '\n' .. table.concat(lines, '\n')
    if #message > tonumber(ARGV[a + 9]) then message = 'L' .. epoch .. ' ' .. last end
    redis.call(ARGV[a + 5], ARGV[a + 4], message)
  end
end
