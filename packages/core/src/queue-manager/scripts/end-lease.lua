-- Notes that a replica is gone, when it was condemned and its tasks have been ended: its name stays on the list
-- for a while, so that it does not come back, see renew-lease.lua. Follows read-key.lua.
--
-- KEYS[1]  the sorted set of replicas
-- ARGV[1]  the replica
-- Returns 1 when that was done, else 0.
if read_key('ZSCORE', KEYS[1], ARGV[1]) ~= '-1' then return 0 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', -now), ARGV[1])
return 1
