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
-- What of it is damaged is removed by whoever finds it, who fails with it, once: from then on it is as if that had
-- been lost. See ScriptRunner, which knows what such an error says.
--
-- Takes no KEYS of its own, and of ARGV only what refusal_of says.
-- Returns nothing: defines functions and what a fence says.

-- Of a run that was fenced: it went on until then; its task was brought to its end; it had not begun; nothing
-- was known of its task either.
local FENCED, FENCED_BY_END, FENCED_AHEAD, FENCED_UNKNOWN = '', 't', 'a', 'n'

-- Fails with what was found damaged, and removed.
local function fail_with_damage(key, field)
  error('DAMAGED "' .. field .. '" "' .. key .. '"', 0)
end

-- What a command replies that reads a key. A key of another type is removed.
local function read_key(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then error(reply.err, 0) end
  redis.call('DEL', key)
  fail_with_damage(key, '')
end

-- Whether a text is how many events there were.
local function is_count(text)
  return #text <= 16 and string.find(text, '^%d+$') ~= nil
end

-- Removes what is said of a log where that is no place in one: it begins anew.
local function require_place(state, epoch, last)
  if not epoch and not last then return end
  if epoch and last and string.find(last, '^%d+%-%d+$') then return end
  redis.call('HDEL', state, 'epoch', 'last')
  fail_with_damage(state, 'last')
end

local function require_count(state, run, text)
  if is_count(text) then return end
  redis.call('HDEL', state, 'c:' .. run)
  fail_with_damage(state, 'c:' .. run)
end

-- What is known of a run, and of its task: false where there is nothing.
local function look_up(state, run)
  local found =
    read_key('HMGET', state, 'r:' .. run, 'f:' .. run, 'c:' .. run, 'end', 'epoch', 'last')
  if found[3] then require_count(state, run, found[3]) end
  require_place(state, found[5], found[6])
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
      require_count(state, name, value)
      table.insert(all.counts, name)
      table.insert(all.counts, value)
    elseif kind == 'x:' then
      table.insert(all.cancels, name)
      table.insert(all.cancels, value)
    elseif field == 'end' then
      all.has_ended = true
    elseif field == 'open' then
      all.is_open = true
    elseif field ~= 'paused' then
      if field == 'epoch' then epoch = value end
      if field == 'last' then last = value end
      table.insert(all.noted, field)
      table.insert(all.noted, value)
    end
  end
  require_place(state, epoch, last)
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

-- The task waits for its user after a run that is over. The counts of so many runs after which it did are kept.
local function pause_task(state, run, kept)
  local paused = {}
  for each in string.gmatch(redis.call('HGET', state, 'paused') or '', '%S+') do
    paused[#paused + 1] = each
  end
  paused[#paused + 1] = run
  while #paused > kept do redis.call('HDEL', state, 'c:' .. table.remove(paused, 1)) end
  redis.call('HSET', state, 'open', '', 'paused', table.concat(paused, ' '))
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
  local all, kept = read_state(state), { [run] = true }
  for _, fenced in ipairs(all.fenced) do kept[fenced] = true end
  redis.call('HDEL', state, 'paused')
  for i = 1, #all.counts, 2 do
    if not kept[all.counts[i]] then redis.call('HDEL', state, 'c:' .. all.counts[i]) end
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
-- And what is known of the run. ARGV[a+1] is the run, ARGV[a+2] the counter of the first event, ARGV[a+mode_at]
-- the mode; the events follow.
local function refusal_of(state, a, mode_at, last_arg)
  local run, count = ARGV[a + 1], last_arg - a - mode_at
  if ARGV[last_arg] == 'z' then count = count - 1 end
  local last_counter = tonumber(ARGV[a + 2]) + count - 1
  local known = look_up(state, run)
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
