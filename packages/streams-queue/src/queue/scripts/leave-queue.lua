-- Takes a reader out of its group: what it had goes back to the group. A group of its own goes, too.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- KEYS[3]  its producers
-- ARGV[1]  the group
-- ARGV[2]  the consumer
-- ARGV[3]  1 where nobody else reads in the group
-- ARGV[4]  the reader's name as a producer
-- ARGV[5]  the queue's channel
-- ARGV[6]  SPUBLISH or PUBLISH
-- Returns how many events went back to the group.
local state, events, group, consumer = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
if ARGV[3] == '1' then
  require_subcommand(events, 'XGROUP', 'DESTROY')
else
  require_rights(events, 'XPENDING', 'XCLAIM')
  require_subcommand(events, 'XGROUP', 'DELCONSUMER')
  require_channel(ARGV[6], ARGV[5])
end
redis.call('HDEL', KEYS[3], ARGV[4])
redis.call('HDEL', state, reader_field(group, consumer))
if ARGV[3] == '1' then
  permitted('XGROUP DESTROY', redis.pcall('XGROUP', 'DESTROY', events, group))
  redis.call('HDEL', state, 'g:' .. group, 's:' .. group, 'c:' .. group)
  return 0
end
local count = 0
local start = '-'
while true do
  local pending = permitted('XPENDING',
    redis.pcall('XPENDING', events, group, start, '+', 100, consumer))
  if pending.err then return 0 end
  for _, entry in ipairs(pending) do
    redis.call('XCLAIM', events, group, 'returned', 0, entry[1], 'IDLE', '2147483647', 'RETRYCOUNT',
      entry[4], 'JUSTID')
    count = count + 1
  end
  if #pending < 100 then break end
  start = '(' .. pending[#pending][1]
end
redis.call('XGROUP', 'DELCONSUMER', events, group, consumer)
if count > 0 then
  redis.call('HDEL', state, 's:' .. group)
  redis.call(ARGV[6], ARGV[5], 'returned')
end
return count
