-- Reads events of a queue without a group.
--
-- KEYS[1]  the queue's events
-- ARGV[1]  the first id; with "(" before it, the one after
-- ARGV[2]  how many at most
-- Returns {id, event, id, ...}, oldest first.
local reply = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = entry[2][2]
end
return reply
