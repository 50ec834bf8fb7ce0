-- Notes in the index of a scope that a task has a dead letter, and forgets the oldest beyond what may be kept.
--
-- KEYS[1]  sorted set: the dead letters of the scope by moment
-- ARGV[1]  the letter: "<task> <id>"
-- ARGV[2]  how many letters at most
-- ARGV[3]  how long letters are kept, in seconds
-- Returns the letters that were forgotten.
require_rights(KEYS[1], 'ZADD', 'ZRANGEBYSCORE', 'ZCARD', 'ZRANGE', 'ZREM', 'EXPIRE')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
local forgotten = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]) * 1000, 'LIMIT', 0, 100)
local beyond = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2]) - #forgotten
if beyond > 0 then
  for _, letter in ipairs(redis.call('ZRANGE', KEYS[1], #forgotten, #forgotten + math.min(beyond, 100) - 1)) do
    forgotten[#forgotten + 1] = letter
  end
end
if #forgotten > 0 then redis.call('ZREM', KEYS[1], unpack(forgotten)) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return forgotten
