-- Notes that a scope is about to hold a task that expires.
--
-- KEYS[1]  the sorted set of scopes by when to look at them
-- KEYS[2]  the hash of scopes and until when they stay noted, whatever is found there
-- ARGV[1]  the scope
-- ARGV[2]  when the task expires, in milliseconds since the epoch
-- ARGV[3]  how long the scope stays noted at least, in milliseconds
-- Returns 1.
require_rights(KEYS[1], 'ZSCORE', 'ZADD')
local time = redis.call('TIME')
local kept = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[3])
-- Each note changes the value, so that a look that is under way can tell that there was one.
local earlier = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0') or 0
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', math.max(kept, earlier + 1)))
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due or tonumber(due) > tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
end
return 1
