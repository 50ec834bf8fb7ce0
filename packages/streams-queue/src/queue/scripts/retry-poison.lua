-- Gives an event that was set aside back to the group that could not process it.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- KEYS[3]  its events that were set aside
-- ARGV[1]  unique to this call
-- ARGV[2]  the id among the events that were set aside
-- ARGV[3]  the queue's channel
-- ARGV[4]  SPUBLISH or PUBLISH
-- Returns 1, or 0 where it, its group or the event in the stream is gone.
if redis.call('HGET', KEYS[1], 'retried') == ARGV[1] then return 1 end
local entry = redis.call('XRANGE', KEYS[3], ARGV[2], ARGV[2])[1]
if not entry then return 0 end
local id, group = entry[2][2], entry[2][4]
if #redis.call('XRANGE', KEYS[2], id, id) == 0 then return 0 end
require_rights(KEYS[3], 'XDEL')
require_rights(KEYS[1], 'HSET', 'HDEL')
require_channel(ARGV[4], ARGV[3])
local claimed = permitted('XCLAIM', redis.pcall('XCLAIM', KEYS[2], group, 'returned', 0, id, 'IDLE',
  '2147483647', 'RETRYCOUNT', 0, 'FORCE', 'JUSTID'))
if claimed.err then return 0 end
redis.call('XDEL', KEYS[3], ARGV[2])
redis.call('HSET', KEYS[1], 'retried', ARGV[1])
redis.call('HDEL', KEYS[1], 's:' .. group)
redis.call(ARGV[4], ARGV[3], 'returned')
return 1
