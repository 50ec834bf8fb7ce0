-- Removes a request to cancel a task: whoever asked has the answer, or waits no longer.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the request
-- Returns 1 when there was one, else 0.
return redis.call('HDEL', KEYS[1], 'x:' .. ARGV[1])
