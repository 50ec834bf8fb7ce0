-- Renews a replica's lease, and tells how long every replica is still taken to live.
--
-- KEYS[1]  the sorted set of replicas
-- ARGV[1]  the replica
-- ARGV[2]  how long the lease lasts from now, in milliseconds
-- ARGV[3]  1 when the replica had a lease before
-- Returns {0} when it had one and has lost it: another replica has ended its tasks. Otherwise
-- {1, replica, milliseconds left, ...} of all replicas; what is left may be negative.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[3] == '1' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return { 0 } end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
local reply = { 1 }
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  reply[#reply + 1] = all[i]
  reply[#reply + 1] = math.floor(tonumber(all[i + 1]) - now)
end
return reply
