-- Reads a task's log onwards.
--
-- KEYS[1]  the task's log
-- ARGV[1]  the id after which to begin
-- ARGV[2]  how many events at most
-- Returns {id, publisher, counter, event, id, ...}, oldest first.
local reply = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  local fields = entry[2]
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = fields[2]
  reply[#reply + 1] = fields[4]
  reply[#reply + 1] = fields[6]
end
return reply
