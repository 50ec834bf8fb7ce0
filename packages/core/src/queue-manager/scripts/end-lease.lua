-- Takes a replica off the list, when it leaves; or notes that it is gone, when its tasks have been ended.
--
-- KEYS[1]  the sorted set of replicas
-- ARGV[1]  the replica
-- ARGV[2]  1 to note that it is gone, where it was condemned: its name stays for a while, so that it does not
--          come back, see renew-lease.lua
-- Returns 1 when that was done, else 0.
if ARGV[2] ~= '1' then return redis.call('ZREM', KEYS[1], ARGV[1]) end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= '-1' then return 0 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', -now), ARGV[1])
return 1
