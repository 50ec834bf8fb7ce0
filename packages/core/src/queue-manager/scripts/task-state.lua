-- What scripts that send events know of a task's state. A part of other scripts.
--
-- The state is a hash:
--   r:<run>  a run that goes on
--   f:<run>  a run that others have ended: "t" where they ended the task, "a" where it had not begun, "n" where
--            nothing was known of the task either
--   c:<run>  how many events of a run there were
--   end      no more events come; "t" where the task is in a terminal state, which it never leaves
--   open     the task waits for its user
--   paused   the latest runs after which it did
--   x:<request>  a request to cancel, and its answer
--
-- Takes no KEYS of its own; of ARGV, what scripts that send events have in common: ARGV[a+1] the run,
-- ARGV[a+2] the counter of the first event, then some of each script's own, a mode, and the events.
-- Returns nothing: defines another_goes_on(state, run), refusal_of(state, a, mode_at, last_arg) and
-- end_runs(state, run).

local function another_goes_on(state, run)
  for _, field in ipairs(redis.call('HKEYS', state)) do
    if string.sub(field, 1, 2) == 'r:' and field ~= 'r:' .. run then return true end
  end
  return false
end

-- Why events of a run are not accepted; nil where they are, or were before:
--   "fenced"  others have ended the run
--   "over"    others have ended the task, and the run with it
--   "ended"   the run has ended the task, and these come after that
--   "busy"    another run goes on, which only matters where the mode, ARGV[a+mode_at], has an "i"
local function refusal_of(state, a, mode_at, last_arg)
  local run, count = ARGV[a + 1], last_arg - a - mode_at
  if ARGV[last_arg] == 'z' then count = count - 1 end
  local last_counter = tonumber(ARGV[a + 2]) + count - 1
  local stored = redis.call('HMGET', state, 'f:' .. run, 'end', 'c:' .. run)
  if stored[1] then return stored[1] == 't' and 'over' or 'fenced' end
  if stored[2] == 't' and tonumber(stored[3] or '0') < last_counter then return 'ended' end
  if string.find(ARGV[a + mode_at], 'i', 1, true) and another_goes_on(state, run) then
    return 'busy'
  end
  return nil
end

-- The task is in a terminal state: no run of it goes on, and nothing of others than the one that ended it
-- is accepted any more.
local function end_runs(state, run)
  redis.call('HSET', state, 'end', 't')
  redis.call('HDEL', state, 'open')
  for _, field in ipairs(redis.call('HKEYS', state)) do
    if string.sub(field, 1, 2) == 'r:' then
      redis.call('HDEL', state, field)
      local other = string.sub(field, 3)
      if other ~= run then redis.call('HSET', state, 'f:' .. other, 't') end
    end
  end
end
