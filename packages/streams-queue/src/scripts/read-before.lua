-- Reads a task's log backwards.
--
-- KEYS[1]  the task's log
-- ARGV[1]  the id before which to begin; + for the end
-- ARGV[2]  how many events at most
-- Returns {id, publisher, counter, event, id, ...}, newest first.
local from = ARGV[1] == '+' and '+' or '(' .. ARGV[1]
local reply = {}
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', ARGV[2])) do
  local fields = entry[2]
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = fields[2]
  reply[#reply + 1] = fields[4]
  reply[#reply + 1] = fields[6]
end
return reply
