-- Ends a run for good: from here on it cannot publish events of the task, nor end it, even if its
-- replica only was asleep. Whoever waits for its answer to a request is told to look.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  the task's channel
-- ARGV[3]  SPUBLISH or PUBLISH
-- Returns 1 when the run went on until now, 2 when it was ended before, 0 when it is not known.
if redis.call('HEXISTS', KEYS[1], 'r:' .. ARGV[1]) == 0 then
  return redis.call('HEXISTS', KEYS[1], 'f:' .. ARGV[1]) * 2
end
-- In this order: a hash that loses its last field loses its expiry, too.
redis.call('HSET', KEYS[1], 'f:' .. ARGV[1], '')
redis.call('HDEL', KEYS[1], 'r:' .. ARGV[1])
redis.call(ARGV[3], ARGV[2], 'C')
return 1
