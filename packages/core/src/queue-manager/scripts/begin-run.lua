-- Enters a run of a task.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  how long the state stays without a further event, in seconds
-- Returns 1; 0 when another replica has ended the run, 2 when the task has come to its end, 3 when the run
-- was fenced before it began: nobody takes it to have been.
local fenced = redis.call('HGET', KEYS[1], 'f:' .. ARGV[1])
if fenced == '' then return 0 end
if fenced == 't' or redis.call('HGET', KEYS[1], 'end') == 't' then return 2 end
if fenced then return 3 end
redis.call('HSET', KEYS[1], 'r:' .. ARGV[1], '')
redis.call('HDEL', KEYS[1], 'end', 'open')
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
