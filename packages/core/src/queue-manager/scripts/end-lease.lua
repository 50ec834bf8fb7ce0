-- Takes a replica off the list, when it leaves or when its tasks have been ended.
--
-- KEYS[1]  the sorted set of replicas
-- ARGV[1]  the replica
-- ARGV[2]  1 to take it off only if its lease has run out
-- Returns 1 when it was taken off, else 0.
if ARGV[2] == '1' then
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if score and tonumber(score) > now then return 0 end
end
return redis.call('ZREM', KEYS[1], ARGV[1])
