-- Asks those that execute a task to cancel it.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the request
-- ARGV[2]  the task's channel
-- ARGV[3]  SPUBLISH or PUBLISH
-- Returns the runs that were asked; none where nobody executes the task.
local asked = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'r:' then asked[#asked + 1] = string.sub(field, 3) end
end
if #asked > 0 then
  redis.call('HSET', KEYS[1], 'x:' .. ARGV[1], '')
  redis.call(ARGV[3], ARGV[2], 'C')
end
return asked
