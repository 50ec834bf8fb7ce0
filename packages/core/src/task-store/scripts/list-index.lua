-- Reads a page of the index, newest first, and what needs attention before the page can be trusted. Only
-- reads.
--
-- KEYS[1]  the sorted set of the tasks asked for
-- KEYS[2]  the sorted set of expiries
-- KEYS[3]  the sorted set of pending writes
-- ARGV[1]  the upper bound of the page, as ZREVRANGEBYLEX takes it
-- ARGV[2]  the lower bound of the whole list
-- ARGV[3]  how many members at most
-- ARGV[4]  now, in milliseconds since the epoch
-- ARGV[5]  how many ids needing attention at most
-- Returns the size of the whole list, the members, the ids whose record is due to expire, and the
-- marks of pending writes.
local size
if ARGV[2] == '-' then
  size = redis.call('ZCARD', KEYS[1])
else
  size = redis.call('ZLEXCOUNT', KEYS[1], ARGV[2], '+')
end
return {
  size,
  redis.call('ZREVRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3]),
  redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[4], 'LIMIT', 0, ARGV[5]),
  redis.call('ZRANGE', KEYS[3], 0, ARGV[5] - 1),
}
