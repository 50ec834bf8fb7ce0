-- Publishes events of one run of a task in one message, in order and each once.
--
-- KEYS[1]  the task's state: a hash
-- ARGV[1]  the run
-- ARGV[2]  the counter of the first event
-- ARGV[3]  the task's channel
-- ARGV[4]  SPUBLISH or PUBLISH
-- ARGV[5]  how long the state stays without a further event, in seconds
-- ARGV[6]  how long it stays after the end where something still needs it, in seconds
-- ARGV[7...] the events; "z" for the run's end, which is the task's where no other run goes on
-- Returns "fenced" when another replica has ended the run; otherwise "accepted", also for what was
-- published before: which is known by the counter of the run, and of a run that ended by its being
-- unknown where another one goes on. (A run is entered before its end is sent; only "<run>-end", of a
-- replica that ends it for another, never is.)
local state, run = KEYS[1], ARGV[1]
if redis.call('HEXISTS', state, 'f:' .. run) == 1 then return 'fenced' end

local known = redis.call('HGET', state, 'c:' .. run)
local sent = tonumber(known or '0')
local first = tonumber(ARGV[2])
local from = math.max(first, sent + 1)
if ARGV[#ARGV] == 'z' and not known and not string.find(run, '%-end$') then
  local others = false
  for _, field in ipairs(redis.call('HKEYS', state)) do
    if field == 'r:' .. run then known = true end
    if string.sub(field, 1, 2) == 'r:' then others = true end
  end
  if others and not known then return 'accepted' end
end
local last = sent
local lines = {}
local is_end, ended = false, false
for i = from, first + #ARGV - 7 do
  local body = ARGV[7 + i - first]
  if body == 'z' then
    is_end = true
    -- What the run could not send before its end was sent by nobody.
    last = math.max(last, i - 1)
  else
    lines[#lines + 1] = body
    last = i
  end
end
if #lines == 0 and not is_end then return 'accepted' end

redis.call('HSET', state, 'c:' .. run, string.format('%.0f', last))
if is_end then
  redis.call('HDEL', state, 'r:' .. run)
  ended = true
  local fenced, others = false, {}
  for _, field in ipairs(redis.call('HKEYS', state)) do
    local kind = string.sub(field, 1, 2)
    if kind == 'r:' then
      ended = false
    elseif kind == 'f:' then
      fenced = true
    elseif kind ~= 'x:' then
      others[#others + 1] = field
    end
  end
  if ended then
    if redis.call('HEXISTS', state, 'end') == 0 then lines[#lines + 1] = 'z' end
    if fenced then
      -- The run of a replica that only was asleep must find out that it was ended.
      redis.call('HSET', state, 'end', '')
      redis.call('HDEL', state, 'open')
    else
      -- Requests to cancel wait for their answers; the key goes with the last field.
      for _, field in ipairs(others) do redis.call('HDEL', state, field) end
    end
  end
end
redis.call('EXPIRE', state, ended and ARGV[6] or ARGV[5])

if #lines > 0 then
  local header = 'E' .. run .. ' ' .. string.format('%.0f', from)
  redis.call(ARGV[4], ARGV[3], header .. '\n' .. table.concat(lines, '\n'))
end
return 'accepted'
