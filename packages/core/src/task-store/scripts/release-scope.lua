-- Says when to look at a scope again, or forgets it, unless it was noted or claimed since the caller
-- claimed it.
--
-- KEYS[1]  the sorted set of scopes by when to look at them
-- KEYS[2]  the hash of scopes and until when they stay noted
-- ARGV[1]  the scope
-- ARGV[2]  when the caller's claim runs out, in milliseconds since the epoch
-- ARGV[3]  what the hash had for it when it was claimed; empty for nothing
-- ARGV[4]  when its next task expires; empty where none does
-- Returns 1 when done, 0 when the scope was noted or claimed again.
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due or tonumber(due) ~= tonumber(ARGV[2]) then return 0 end
if (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[3] then return 0 end
local again = ARGV[4]
if again == '' then
  -- A save that noted the scope may not have arrived there yet.
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  if (tonumber(ARGV[3]) or 0) > now then again = ARGV[3] end
end
if again == '' then
  require_rights(KEYS[2], 'HDEL')
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[1], again, ARGV[1])
end
return 1
