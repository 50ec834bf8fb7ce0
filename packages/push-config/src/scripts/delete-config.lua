-- Removes one config of a task without reading it, and the hash with the last one.
--
-- KEYS[1]  hash of the task's configs
-- ARGV[1]  field of the config
--
-- Returns 'deleted', also when there was none, or 'not-a-hash'.

local key = KEYS[1]

local kind = redis.call('TYPE', key).ok
if kind ~= 'hash' and kind ~= 'none' then
  return 'not-a-hash'
end

require_rights(key, 'HLEN', 'HEXISTS', 'DEL')
redis.call('HDEL', key, ARGV[1])
if redis.call('HLEN', key) == redis.call('HEXISTS', key, 'seq') then
  redis.call('DEL', key)
end
return 'deleted'
