-- Ends a run whose task waits for its user: the events go on with the next message, under another name.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  how long the state stays without a further event, in seconds
-- ARGV[3]  of how many paused runs it stays known how many events they had: so long, what is sent once
--          more is known for what it is, and who lost the last events of a run can find out
-- Returns 1 when the run went on until now, else 0.
local state, run = KEYS[1], ARGV[1]
if redis.call('HDEL', state, 'r:' .. run) == 0 then return 0 end
local paused = {}
for each in string.gmatch(redis.call('HGET', state, 'paused') or '', '%S+') do
  paused[#paused + 1] = each
end
paused[#paused + 1] = run
while #paused > tonumber(ARGV[3]) do redis.call('HDEL', state, 'c:' .. table.remove(paused, 1)) end
redis.call('HSET', state, 'open', '', 'paused', table.concat(paused, ' '))
redis.call('EXPIRE', state, ARGV[2])
return 1
