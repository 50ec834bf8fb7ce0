-- Ends a run whose task waits for its user: the events go on with the next message.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  how long the state stays without a further event, in seconds
-- Returns 1 when the run went on until now, else 0.
local had = redis.call('HDEL', KEYS[1], 'r:' .. ARGV[1])
if had == 1 then
  redis.call('HSET', KEYS[1], 'open', '')
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return had
