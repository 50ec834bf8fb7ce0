-- Removes a mark of a pending write, if it is old enough that its writer has given up.
--
-- KEYS[1]  the sorted set of pending writes
-- ARGV[1]  the mark
-- ARGV[2]  the latest moment of a mark that may go, in milliseconds since the epoch
-- Returns 1 when removed, else 0.
local marked = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not marked or tonumber(marked) > tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
