-- Sets an event aside that cannot be read.
--
-- KEYS[1]  the queue's events
-- KEYS[2]  its events that were set aside
-- ARGV[1]  the group
-- ARGV[2]  the consumer
-- ARGV[3]  the event's id
-- ARGV[4]  the reason: a word
-- ARGV[5]  how many events are kept, roughly
-- ARGV[6]  how long they are kept, in seconds
-- Returns 1, or 0 where the consumer no longer has it.
local events, poison, group, id = KEYS[1], KEYS[2], ARGV[1], ARGV[3]
local found = permitted('XPENDING', redis.pcall('XPENDING', events, group, id, id, 1, ARGV[2]))
if found.err or #found == 0 then return 0 end
local entry = redis.call('XRANGE', events, id, id)[1]
require_rights(events, 'EXPIRE', 'XACK')
if entry then
  redis.call('XADD', poison, 'MAXLEN', '~', ARGV[5], '*', 'id', id, 'group', group, 'consumer', ARGV[2],
    'deliveries', found[1][4], 'reason', ARGV[4], 'e', entry[2][2])
  redis.call('EXPIRE', poison, ARGV[6])
end
redis.call('XACK', events, group, id)
return 1
