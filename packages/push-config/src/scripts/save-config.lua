-- Stores a config as the last of its task's configs; one that is stored already moves there.
--
-- A call that is repeated finds the body that it stored and changes nothing, so that a retry after
-- a lost reply neither counts nor moves the config twice.
--
-- KEYS[1]  hash of the task's configs
-- ARGV[1]  field of the config
-- ARGV[2]  what to store after the sequence number; no two calls have the same
-- ARGV[3]  how many configs a task may have
-- ARGV[4]  seconds until the hash expires; empty for never
--
-- Returns 'saved', or, with nothing changed: 'full', 'bad-counter', 'not-a-hash'.

local key, field, body = KEYS[1], ARGV[1], ARGV[2]

local kind = redis.call('TYPE', key).ok
if kind ~= 'hash' and kind ~= 'none' then
  return 'not-a-hash'
end

local stored = redis.call('HGET', key, field)
if stored and string.match(stored, '^%d+:(.*)$') == body then
  return 'saved'
end

local counter = redis.call('HGET', key, 'seq')
local size = redis.call('HLEN', key)
-- Fewer than 15 digits: Lua counts in doubles, and the next number must still be exact.
if size > 0 and not (counter and #counter < 15 and string.match(counter, '^[1-9]%d*$')) then
  return 'bad-counter'
end
-- The counter is one of the fields, so that a hash of n configs has n + 1.
if not stored and size > tonumber(ARGV[3]) then
  return 'full'
end

require_rights(key, 'HSET', ARGV[4] == '' and 'PERSIST' or 'EXPIRE')
local sequence = redis.call('HINCRBY', key, 'seq', 1)
-- Not tostring(), which writes 1e+14 for a number of 15 digits.
redis.call('HSET', key, field, string.format('%.0f', sequence) .. ':' .. body)
if ARGV[4] == '' then
  redis.call('PERSIST', key)
else
  redis.call('EXPIRE', key, ARGV[4])
end
return 'saved'
