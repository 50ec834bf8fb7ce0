-- Reads the events of a queue that were set aside.
--
-- KEYS[1]  the queue's events that were set aside
-- ARGV[1]  the id after which to begin
-- ARGV[2]  how many at most
-- Returns {id, event's id, group, consumer, deliveries, reason, event, id, ...}, oldest first.
local reply = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  reply[#reply + 1] = entry[1]
  for i = 2, 12, 2 do reply[#reply + 1] = entry[2][i] end
end
return reply
