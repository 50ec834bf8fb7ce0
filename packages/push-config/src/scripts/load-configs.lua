-- Gives all configs of a task. Only reads.
--
-- KEYS[1]  hash of the task's configs
--
-- Returns field, value, field, value, ... in no order; nothing for a missing key; 'not-a-hash'.

local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then
  return 'not-a-hash'
end
return redis.call('HGETALL', KEYS[1])
