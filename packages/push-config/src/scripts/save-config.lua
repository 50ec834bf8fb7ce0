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
-- What is stored is "<sequence>@<moment>:" and the body; the moment is when the config was first saved, in milliseconds since
-- the epoch.
--
-- Returns 'saved', or, with nothing changed: 'full', 'bad-counter', 'not-a-hash'.

local key, field, body = KEYS[1], ARGV[1], ARGV[2]

local kind = redis.call('TYPE', key).ok
if kind ~= 'hash' and kind ~= 'none' then
  return 'not-a-hash'
end

local stored = redis.call('HGET', key, field)
local moment, was = string.match(stored or '', '^%d+@?(%d*):(.*)$')
if stored and was == body then
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
-- Not tostring(), which writes 1e+14 for a number of 15 digits.
if not stored then
  local time = redis.call('TIME')
  moment = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local sequence = redis.call('HINCRBY', key, 'seq', 1)
-- Of one that was saved before moments were kept, there is none.
local since = moment and moment ~= '' and '@' .. moment or ''
redis.call('HSET', key, field, string.format('%.0f', sequence) .. since .. ':' .. body)
if ARGV[4] == '' then
  redis.call('PERSIST', key)
else
  redis.call('EXPIRE', key, ARGV[4])
end
return 'saved'
