-- Reads the requests to cancel a task, and their answers.
--
-- KEYS[1]  the task's state
-- Returns {request, answer, ...}; an answer is empty where there is none yet.
local reply = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 'x:' then
    reply[#reply + 1] = string.sub(all[i], 3)
    reply[#reply + 1] = all[i + 1]
  end
end
return reply
