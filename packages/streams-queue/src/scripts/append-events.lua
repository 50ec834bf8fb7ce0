-- Appends events of one run to a task's log, in order and each once, and announces them. A companion of
-- the scripts that write a task's record: see companion.lua.
--
-- KEYS[k+1]  the task's state: a hash
-- KEYS[k+2]  the task's log: a stream, its ids "<milliseconds>-<sequence>" with a sequence without gaps
-- ARGV[a+1]  the run
-- ARGV[a+2]  the counter of the first event
-- ARGV[a+3]  the task's channel
-- ARGV[a+4]  SPUBLISH or PUBLISH
-- ARGV[a+5]  how many events are kept, roughly
-- ARGV[a+6]  how long they are kept after the latest, in seconds
-- ARGV[a+7]  how long they are kept after the end, in seconds
-- ARGV[a+8]  the longest message that carries events, in bytes
-- ARGV[a+9...last]  the events; "z" for the run's end, which is the task's where no other run goes on
local companion = { keys = 2 }

local stored

-- "fenced" when another replica has ended the run.
function companion.check(k, a)
  local run = ARGV[a + 1]
  stored = redis.call('HMGET', KEYS[k + 1], 'epoch', 'last', 'c:' .. run, 'end', 'f:' .. run)
  if stored[5] then return 'fenced' end
  return nil
end

-- What was appended before is left out.
function companion.apply(k, a, last_arg)
  local state, log, run = KEYS[k + 1], KEYS[k + 2], ARGV[a + 1]
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local epoch = stored[1]
  if not epoch then
    -- The state was lost, or never was: what a log may still hold cannot be continued.
    epoch = time[1] .. string.format('%06d', tonumber(time[2]))
    redis.call('DEL', log)
  end
  local ms, sequence = string.match(stored[2] or '0-0', '^(%d+)-(%d+)$')
  ms, sequence = math.max(tonumber(ms), now), tonumber(sequence)
  local applied = tonumber(stored[3] or '0')
  local first = tonumber(ARGV[a + 2])

  local lines = {}
  local before = sequence
  local function append(publisher, counter, body)
    sequence = sequence + 1
    local id = string.format('%.0f-%.0f', ms, sequence)
    redis.call('XADD', log, 'MAXLEN', '~', ARGV[a + 5], id, 'p', publisher, 'c', counter, 'e', body)
    lines[#lines + 1] = publisher .. ' ' .. counter .. ' ' .. body
  end

  -- What the run could not send is missing for good.
  if first > applied + 1 then append('-', '0', string.format('g%.0f', first - applied - 1)) end

  local ended = false
  local count = last_arg - a - 8
  for i = math.max(1, applied - first + 2), count do
    local body = ARGV[a + 8 + i]
    if body ~= 'z' then
      append(run, string.format('%.0f', first + i - 1), body)
    else
      redis.call('HDEL', state, 'r:' .. run)
      ended = true
      for _, field in ipairs(redis.call('HKEYS', state)) do
        if string.sub(field, 1, 2) == 'r:' then ended = false end
      end
      if ended then append(run, string.format('%.0f', first + i - 1), body) end
    end
  end

  -- An end that is not in the log is no event: who counts what a task lacks would look for it in vain.
  if not ended and ARGV[last_arg] == 'z' then count = count - 1 end
  local counter = string.format('%.0f', math.max(applied, first + count - 1))
  local last = string.format('%.0f-%.0f', ms, sequence)
  redis.call('HSET', state, 'epoch', epoch, 'last', last, 'c:' .. run, counter)
  if ended then
    redis.call('HSET', state, 'end', '')
    redis.call('HDEL', state, 'open')
  end
  local kept = (ended or stored[4]) and ARGV[a + 7] or ARGV[a + 6]
  redis.call('EXPIRE', state, kept)
  redis.call('EXPIRE', log, kept)

  if sequence > before then
    local header = string.format('%s %.0f %.0f', epoch, ms, before + 1)
    local message = 'E' .. header .. '\n' .. table.concat(lines, '\n')
    if #message > tonumber(ARGV[a + 8]) then message = 'L' .. epoch .. ' ' .. last end
    redis.call(ARGV[a + 4], ARGV[a + 3], message)
  end
end
