-- Removes a task from the index of its scope, unless the index has changed since the caller looked.
--
-- KEYS[1]    the hash of rows
-- KEYS[2]    the sorted set of expiries
-- KEYS[3...] the sorted sets that the row puts the task into
-- ARGV[1]    the task id
-- ARGV[2]    the row that the caller saw, with its version; empty for none
-- ARGV[3]    the row's member; empty for none
-- Returns 1 when removed, 0 when the row is another one now.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
require_rights(KEYS[2], 'ZREM')
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
for i = 3, #KEYS do
  redis.call('ZREM', KEYS[i], ARGV[3])
end
return 1
