-- Tells whether anybody executes a task, and whether more of it is to come.
--
-- KEYS[1]  the task's state
-- Returns {"none"} where nothing is known; else {"ended" | "open" | "running", run, ...} with the
-- runs of the task.
local fields = redis.call('HKEYS', KEYS[1])
if #fields == 0 then return { 'none' } end
local reply = { 'ended' }
for _, field in ipairs(fields) do
  if string.sub(field, 1, 2) == 'r:' then reply[#reply + 1] = string.sub(field, 3) end
  if field == 'open' then reply[1] = 'open' end
end
if #reply > 1 then reply[1] = 'running' end
return reply
