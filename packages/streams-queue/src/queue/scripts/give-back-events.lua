-- Gives events back to their group, whose readers get them next.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- ARGV[1]  the group
-- ARGV[2]  the consumer
-- ARGV[3]  the queue's channel
-- ARGV[4]  SPUBLISH or PUBLISH
-- ARGV[5]  1 where nobody saw them, so that they do not count as delivered
-- ARGV[6...] their ids
-- Returns how many were given back: those that the consumer still had.
require_rights(KEYS[1], 'HDEL')
require_channel(ARGV[4], ARGV[3])
local count = 0
for i = 6, #ARGV do
  local found =
    permitted('XPENDING', redis.pcall('XPENDING', KEYS[2], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]))
  if not found.err and #found > 0 then
    local deliveries = math.max(0, tonumber(found[1][4]) - tonumber(ARGV[5]))
    redis.call('XCLAIM', KEYS[2], ARGV[1], 'returned', 0, ARGV[i], 'IDLE', '2147483647',
      'RETRYCOUNT', deliveries, 'JUSTID')
    count = count + 1
  end
end
if count > 0 then
  redis.call('HDEL', KEYS[1], 's:' .. ARGV[1])
  redis.call(ARGV[4], ARGV[3], 'returned')
end
return count
