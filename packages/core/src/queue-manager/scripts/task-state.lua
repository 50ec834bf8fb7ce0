-- What scripts know of a task's state: no other script spells a field of it. A part of other scripts.
--
-- The state is a hash:
--   r:<run>  a run that goes on
--   f:<run>  a run that others have ended, and what it was: see below
--   c:<run>  how many events of a run there were
--   end      no more events come; "t" where the task is in a terminal state, which it never leaves
--   open     the task waits for its user
--   paused   the latest runs after which it did
--   x:<request>  a request to cancel, and its answer: empty until there is one
--   epoch    which log its events are in, where they are logged
--   last     the id of the log's latest event
--
-- What of it is damaged is removed by whoever finds it: see read-key.lua.
-- Nothing that is damaged may be found once something was written, which stays: what a script is going to rely on
-- is read before.
--
-- Follows read-key.lua. Takes no KEYS of its own, and of ARGV only what refusal_of says.
-- Returns nothing: defines functions and what a fence says.

-- Of a run that was fenced: it went on until then; its task was brought to its end; it had not begun; nothing
-- was known of its task either.
local FENCED, FENCED_BY_END, FENCED_AHEAD, FENCED_UNKNOWN = '', 't', 'a', 'n'

-- Whether a text is how many events there were: a number that is exact here, and its successors are.
local function is_count(text)
  return #text <= 15 and string.find(text, '^%d+$') ~= nil
end

-- Fails where the user may not change a state: to be asked before a first change that more may follow.
local function require_state_rights(state)
  require_rights(state, 'HKEYS', 'HSET', 'HDEL', 'EXPIRE')
end

-- Removes what is said of a log, which begins anew.
local function forget_place(state)
  redis.call('HDEL', state, 'epoch', 'last')
end

-- Fails where what is said of a log is no place in one.
local function require_place(state, epoch, last)
  if not epoch and not last then return end
  local ms, sequence = string.match(last or '', '^(%d+)%-(%d+)$')
  local is_place = ms and is_count(ms) and is_count(sequence)
  if is_place and epoch and #epoch <= 32 and string.find(epoch, '^%w+$') then return end
  forget_place(state)
  fail_with_damage(state, 'last')
end

-- Fails where counts are none, of runs and values in turn: all of those are removed at once.
local function require_counts(state, counts)
  local damaged
  for i = 1, #counts, 2 do
    if not is_count(counts[i + 1]) then
      damaged = 'c:' .. counts[i]
      redis.call('HDEL', state, damaged)
    end
  end
  if damaged then fail_with_damage(state, damaged) end
end

-- Fails where an end is none: something else is said, or a run goes on, which every end removes.
local function require_end(state, has_ended, goes_on)
  if not has_ended or not goes_on and (has_ended == '' or has_ended == 't') then return end
  redis.call('HDEL', state, 'end')
  fail_with_damage(state, 'end')
end

-- What is known of a run, and of its task: false where there is nothing.
local function look_up(state, run)
  local found =
    read_key('HMGET', state, 'r:' .. run, 'f:' .. run, 'c:' .. run, 'end', 'epoch', 'last')
  if found[3] then require_counts(state, { run, found[3] }) end
  require_place(state, found[5], found[6])
  require_end(state, found[4], found[1])
  return {
    goes_on = found[1],
    fence = found[2],
    count = found[3] and tonumber(found[3]),
    has_ended = found[4],
    is_terminal = found[4] == 't',
    epoch = found[5],
    last = found[6],
  }
end

-- All that is known of a task. Its counts, its cancels and what only its transport knows are lists of names and
-- values in turn. Its runs are those that go on: where a state that was lost has begun anew, those of which there
-- were events since, but for "<run>-end", under which a run is ended for another replica.
local function read_state(state)
  local all = { runs = {}, fenced = {}, counts = {}, cancels = {}, noted = {} }
  local stored = read_key('HGETALL', state)
  local epoch, last
  for i = 1, #stored, 2 do
    local field, value = stored[i], stored[i + 1]
    local kind, name = string.sub(field, 1, 2), string.sub(field, 3)
    if kind == 'r:' then
      table.insert(all.runs, name)
    elseif kind == 'f:' then
      table.insert(all.fenced, name)
      if value == FENCED or value == FENCED_BY_END then all.was_ended = true end
    elseif kind == 'c:' then
      table.insert(all.counts, name)
      table.insert(all.counts, value)
    elseif kind == 'x:' then
      table.insert(all.cancels, name)
      table.insert(all.cancels, value)
    elseif field == 'end' then
      all.has_ended = value
    elseif field == 'open' then
      all.is_open = true
    elseif field ~= 'paused' then
      if field == 'epoch' then epoch = value end
      if field == 'last' then last = value end
      table.insert(all.noted, field)
      table.insert(all.noted, value)
    end
  end
  require_counts(state, all.counts)
  require_place(state, epoch, last)
  require_end(state, all.has_ended, #all.runs > 0)
  if #all.runs == 0 and not (all.has_ended or all.is_open or all.was_ended) then
    for i = 1, #all.counts, 2 do
      if not string.find(all.counts[i], '%-end$') then table.insert(all.runs, all.counts[i]) end
    end
  end
  return all
end

-- The runs that go on.
local function runs_of(state)
  local runs = {}
  for _, field in ipairs(read_key('HKEYS', state)) do
    if string.sub(field, 1, 2) == 'r:' then runs[#runs + 1] = string.sub(field, 3) end
  end
  return runs
end

-- Whether a run goes on, also where that it began was lost.
local function goes_on(state, run, known)
  if known.goes_on or known.fence or not known.count or known.has_ended then return known.goes_on end
  for _, each in ipairs(read_state(state).runs) do
    if each == run then return true end
  end
  return false
end

local function another_goes_on(state, run)
  for _, other in ipairs(runs_of(state)) do
    if other ~= run then return true end
  end
  return false
end

-- Whether no run of the task is entered, nor does it wait for its user.
local function is_nobodys(state)
  return #runs_of(state) == 0 and not redis.call('HGET', state, 'open')
end

-- The task goes on with a run, also where it waited for its user or its last run was over.
local function enter_run(state, run)
  redis.call('HSET', state, 'r:' .. run, '')
  redis.call('HDEL', state, 'end', 'open')
end

-- A run is over. Whether it went on until now.
local function leave_run(state, run)
  return redis.call('HDEL', state, 'r:' .. run) == 1
end

-- Nothing of a run is accepted any more. In this order: a hash that loses its last field loses its expiry, too.
local function fence_run(state, run, fence)
  redis.call('HSET', state, 'f:' .. run, fence)
  leave_run(state, run)
end

-- The latest runs after which the task waited for its user. Of runs there are few, with short names.
local function earlier_pauses(state)
  local paused, runs = redis.call('HGET', state, 'paused') or '', {}
  if #paused > 4096 then
    redis.call('HDEL', state, 'paused')
    fail_with_damage(state, 'paused')
  end
  for each in string.gmatch(paused, '%S+') do runs[#runs + 1] = each end
  return runs
end

-- The task waits for its user after a run that is over, and after those before it. The counts of so many of them are
-- kept.
local function pause_task(state, earlier, run, kept)
  earlier[#earlier + 1] = run
  local first = math.max(1, #earlier - kept + 1)
  for i = 1, first - 1 do redis.call('HDEL', state, 'c:' .. earlier[i]) end
  redis.call('HSET', state, 'open', '', 'paused', table.concat(earlier, ' ', first))
end

-- The last run of the task is over.
local function close_task(state)
  redis.call('HSET', state, 'end', '')
  redis.call('HDEL', state, 'open')
end

-- The task is in a terminal state: no run of it goes on, and nothing of others than the one that ended it
-- is accepted any more.
local function end_task(state, run)
  redis.call('HSET', state, 'end', 't')
  redis.call('HDEL', state, 'open')
  for _, other in ipairs(runs_of(state)) do
    if other == run then leave_run(state, run) else fence_run(state, other, FENCED_BY_END) end
  end
end

-- How many events of a run there were, and where the log stands, if there is one.
local function count_events(state, run, count, epoch, last)
  local field, text = 'c:' .. run, string.format('%.0f', count)
  if not epoch then return redis.call('HSET', state, field, text) end
  redis.call('HSET', state, 'epoch', epoch, 'last', last, field, text)
end

-- The counts of runs before this one are needed no more, but for those that others have ended.
local function forget_earlier(state, run)
  local fields, kept = redis.call('HKEYS', state), { [run] = true }
  for _, field in ipairs(fields) do
    if string.sub(field, 1, 2) == 'f:' then kept[string.sub(field, 3)] = true end
  end
  redis.call('HDEL', state, 'paused')
  for _, field in ipairs(fields) do
    local is_count_of_run = string.sub(field, 1, 2) == 'c:'
    if is_count_of_run and not kept[string.sub(field, 3)] then redis.call('HDEL', state, field) end
  end
end

local function request_cancel(state, request)
  redis.call('HSET', state, 'x:' .. request, '')
end

-- Whether anybody waits for the answer.
local function answer_cancel(state, request, answer)
  if read_key('HEXISTS', state, 'x:' .. request) == 0 then return false end
  redis.call('HSET', state, 'x:' .. request, answer)
  return true
end

-- Whether there was such a request.
local function drop_cancel(state, request)
  return read_key('HDEL', state, 'x:' .. request) == 1
end

-- The state stays for so many seconds from now.
local function keep_state(state, seconds)
  redis.call('EXPIRE', state, seconds)
end

-- Why events of a run are not accepted; nil where they are, or were before:
--   "fenced"  others have ended the run
--   "over"    others have ended the task, and the run with it
--   "ended"   the run has ended the task, and these come after that
--   "busy"    another run goes on, which only matters where the mode has an "i"
-- And what is known of the run. ARGV[a+1] is the run, ARGV[a+2] the counter of the first event, ARGV[a+3] that of the
-- last one that was sent before, accepted or not, ARGV[a+mode_at] the mode; the events follow.
--
-- A count of more than ever was sent, with this call, is damaged, and set right: what is new would be left out as if
-- it were known.
local function refusal_of(state, a, mode_at, last_arg)
  local run, count = ARGV[a + 1], last_arg - a - mode_at
  if ARGV[last_arg] == 'z' then count = count - 1 end
  local last_counter = tonumber(ARGV[a + 2]) + count - 1
  local known = look_up(state, run)
  local sent = tonumber(ARGV[a + 3])
  if sent and known.count and known.count > math.max(sent, last_counter) then
    redis.call('HSET', state, 'c:' .. run, string.format('%.0f', tonumber(ARGV[a + 2]) - 1))
    fail_with_damage(state, 'c:' .. run)
  end
  local refusal
  if known.fence then
    refusal = known.fence == FENCED_BY_END and 'over' or 'fenced'
  elseif known.is_terminal and (known.count or 0) < last_counter then
    refusal = 'ended'
  elseif string.find(ARGV[a + mode_at], 'i', 1, true) and another_goes_on(state, run) then
    refusal = 'busy'
  end
  return refusal, known
end
