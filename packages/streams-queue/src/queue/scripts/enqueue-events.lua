-- Appends events of one producer to a queue, in order and each once, and wakes its readers.
--
-- KEYS[1]  the queue's state: a hash
-- KEYS[2]  its events: a stream, its ids "<milliseconds>-<sequence>" with a sequence without gaps
-- KEYS[3]  its producers: a hash of "<counter> <id>" of the last event of each
-- ARGV[1]  the producer
-- ARGV[2]  the counter of the first event
-- ARGV[3]  the queue's channel
-- ARGV[4]  SPUBLISH or PUBLISH
-- ARGV[5]  how many events are kept, roughly
-- ARGV[6]  how long the queue is kept after its last use, in seconds
-- ARGV[7...] the events
-- Returns the id of the last of them, also for what was appended before.
local state, events, producers = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local count = #ARGV - 6
local last_counter = tonumber(ARGV[2]) + count - 1

local known = redis.call('HGET', producers, ARGV[1])
if known then
  local applied, applied_id = string.match(known, '^(%d+) (.*)$')
  if tonumber(applied) >= last_counter then return applied_id end
end

require_rights(state, 'HEXISTS', 'HSET', 'EXPIRE')
require_rights(events, 'XREVRANGE', 'XADD')
require_channel(ARGV[4], ARGV[3])
if not known then
  -- Producers that are gone leave a field behind. Nothing is repeated after ten minutes.
  local fields = redis.call('HGETALL', producers)
  for i = 1, #fields, 2 do
    local ms = string.match(fields[i + 1], '^%d+ (%d+)-')
    if not ms or tonumber(ms) < now - 600000 then redis.call('HDEL', producers, fields[i]) end
  end
end

if redis.call('HEXISTS', state, 'epoch') == 0 then
  redis.call('HSET', state, 'epoch', time[1] .. string.format('%06d', tonumber(time[2])))
end
local last = redis.call('HGET', state, 'last')
if not last then
  local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  last = newest and newest[1] or '0-0'
end
local ms, sequence = string.match(last, '^(%d+)-(%d+)$')
ms, sequence = math.max(tonumber(ms), now), tonumber(sequence)
for i = 1, count do
  sequence = sequence + 1
  last = string.format('%.0f-%.0f', ms, sequence)
  redis.call('XADD', events, 'MAXLEN', '~', ARGV[5], last, 'e', ARGV[6 + i])
end

redis.call('HSET', state, 'last', last)
redis.call('HSET', producers, ARGV[1], string.format('%.0f ', last_counter) .. last)
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[6]) end
redis.call(ARGV[4], ARGV[3], last)
return last
