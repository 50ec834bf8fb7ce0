-- Reads a task's log.
--
-- KEYS[1]  the task's log
-- ARGV[1]  XRANGE for the oldest first, XREVRANGE for the newest first
-- ARGV[2]  where to begin, as that command takes it
-- ARGV[3]  where to end, as that command takes it
-- ARGV[4]  how many events at most
-- Returns {id, publisher, counter, event, id, ...}.
local reply = {}
for _, entry in ipairs(redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4])) do
  local fields = entry[2]
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = fields[2]
  reply[#reply + 1] = fields[4]
  reply[#reply + 1] = fields[6]
end
return reply
