-- Gives entries of a stream, without the names of their fields. Only reads.
--
-- KEYS[1]  the stream
-- ARGV[1]  XRANGE for the oldest first, XREVRANGE for the newest first
-- ARGV[2]  where to begin, as that command takes it
-- ARGV[3]  where to end, as that command takes it
-- ARGV[4]  how many entries at most
-- Returns {id, value, ..., id, value, ...}.
local reply = {}
for _, entry in ipairs(redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4])) do
  reply[#reply + 1] = entry[1]
  for i = 2, #entry[2], 2 do reply[#reply + 1] = entry[2][i] end
end
return reply
