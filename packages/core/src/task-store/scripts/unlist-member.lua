-- Removes a member that does not belong there from a sorted set of the index, unless the index has
-- changed since the caller looked.
--
-- KEYS[1]  the hash of rows
-- KEYS[2]  the sorted set
-- ARGV[1]  the task id
-- ARGV[2]  the row that the caller saw, with its version; empty for none
-- ARGV[3]  the member
-- Returns 1 when removed, else 0.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[2], ARGV[3])
