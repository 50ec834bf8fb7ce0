-- A sign of life for events that a consumer still works on. Follows group-clock.lua.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- ARGV[1]  the group
-- ARGV[2]  the consumer
-- ARGV[3]  how long the queue is kept after its last use, in seconds
-- ARGV[4...] the ids of the events
-- Returns the ids of those that the consumer no longer has: others took them.
require_rights(KEYS[1], 'TIME', 'HGET', 'HSET')
require_rights(KEYS[2], 'XPENDING', 'XCLAIM')
for i = 1, 2 do redis.call('EXPIRE', KEYS[i], ARGV[3]) end
note_clock(KEYS[1], ARGV[1], server_clock())
local gone = {}
for i = 4, #ARGV do
  local found =
    permitted('XPENDING', redis.pcall('XPENDING', KEYS[2], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]))
  if found.err or #found == 0 then
    gone[#gone + 1] = ARGV[i]
  else
    redis.call('XCLAIM', KEYS[2], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  end
end
return gone
