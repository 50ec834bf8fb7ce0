-- Removes a task from the index of its scope, unless the index has changed since the caller looked.
--
-- KEYS[1]    the hash of rows
-- KEYS[2]    the sorted set of all tasks
-- KEYS[3..5] the sorted sets of the row's state, context, context and state
-- KEYS[6]    the sorted set of expiries
-- ARGV[1]    the task id
-- ARGV[2]    the row that the caller saw, with its version
-- ARGV[3]    the row's member
-- Returns 1 when removed, 0 when the row is another one now.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
for i = 2, 5 do
  redis.call('ZREM', KEYS[i], ARGV[3])
end
redis.call('ZREM', KEYS[6], ARGV[1])
return 1
