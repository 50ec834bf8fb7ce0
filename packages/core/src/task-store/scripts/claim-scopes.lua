-- Takes scopes that are due to be looked at, for one process: the others see them again only when
-- the claim has run out.
--
-- KEYS[1]  the sorted set of scopes by when to look at them
-- KEYS[2]  the hash of scopes and until when they stay noted
-- ARGV[1]  now, in milliseconds since the epoch
-- ARGV[2]  when the claim runs out
-- ARGV[3]  how many scopes at most
-- Returns the scopes, each followed by what the hash has for it, or by an empty text.
require_rights(KEYS[2], 'HGET')
local claimed = {}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, scope in ipairs(due) do
  redis.call('ZADD', KEYS[1], ARGV[2], scope)
  claimed[#claimed + 1] = scope
  claimed[#claimed + 1] = redis.call('HGET', KEYS[2], scope) or ''
end
return claimed
