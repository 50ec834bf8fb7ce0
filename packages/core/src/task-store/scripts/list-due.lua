-- Says which tasks of a scope are due to expire, when the next one will be, and which writes are
-- under way or were cut off. Only reads.
--
-- KEYS[1]  the sorted set of expiries
-- KEYS[2]  the sorted set of pending writes
-- ARGV[1]  now, in milliseconds since the epoch
-- ARGV[2]  how many ids and marks at most
-- Returns the ids of the tasks that are due, the moment of the first later expiry or an empty text,
-- and the marks of pending writes.
local later = redis.call(
  'ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, 1
)
return {
  redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2]),
  later[2] or '',
  redis.call('ZRANGE', KEYS[2], 0, ARGV[2] - 1),
}
