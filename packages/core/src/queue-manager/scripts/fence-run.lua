-- Ends a run for good: from here on it cannot publish events of the task, nor end it, even if its
-- replica only was asleep. Whoever waits for its answer to a request is told to look. One that was noted
-- and has not begun is fenced ahead: its beginning may be on the way, and is refused then.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  the task's channel
-- ARGV[3]  SPUBLISH or PUBLISH
-- ARGV[4]  how long a state stays that there was not before, in seconds
-- Returns 1 when the run went on until now, 2 when others ended it before, 0 when it never began or came to
-- its own end, 3 when nothing is known of the task: the run never began, or the state was lost.
local state, run = KEYS[1], ARGV[1]
local was = redis.call('HMGET', state, 'r:' .. run, 'f:' .. run, 'c:' .. run)
if was[1] then
  -- In this order: a hash that loses its last field loses its expiry, too.
  redis.call('HSET', state, 'f:' .. run, '')
  redis.call('HDEL', state, 'r:' .. run)
  redis.call(ARGV[3], ARGV[2], 'C')
  return 1
end
if was[2] == '' or was[2] == 't' then return 2 end
if was[2] then return was[2] == 'n' and 3 or 0 end
if was[3] then return 0 end
local is_known = redis.call('EXISTS', state) == 1
redis.call('HSET', state, 'f:' .. run, is_known and 'a' or 'n')
if not is_known then redis.call('EXPIRE', state, ARGV[4]) end
return is_known and 0 or 3
