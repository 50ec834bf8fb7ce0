-- Takes a replica for gone, if its lease has run out: it never renews it again, and goes on under another
-- name if it lives. So nothing new comes under the old one while its tasks are ended. Follows read-key.lua.
--
-- KEYS[1]  the sorted set of replicas
-- ARGV[1]  the replica
-- Returns 1 when it is condemned, by whomever, and its tasks may not have ended; else 0.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local score = read_key('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) > now or tonumber(score) < -1 then return 0 end
redis.call('ZADD', KEYS[1], -1, ARGV[1])
return 1
