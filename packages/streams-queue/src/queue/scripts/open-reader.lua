-- Lets a reader into its consumer group, which is made where it is missing.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- ARGV[1]  the group
-- ARGV[2]  the consumer
-- ARGV[3]  the id after which a new group begins; $ for the end
-- ARGV[4]  1 where the queue must exist
-- ARGV[5]  how long the queue is kept after its last use, in seconds
-- ARGV[6]  after how many milliseconds without a sign of life a group of a single reader is removed
-- Returns {epoch, id after which the group reads on}; nil where the queue had to exist and does not.
local state, events, group = KEYS[1], KEYS[2], ARGV[1]
if ARGV[4] == '1' and redis.call('EXISTS', events) == 0 then return nil end

require_rights(state, 'HGET', 'HMGET', 'HSET', 'HDEL', 'EXPIRE')
require_subcommand(events, 'XINFO', 'GROUPS')
require_subcommand(events, 'XINFO', 'CONSUMERS')
require_subcommand(events, 'XGROUP', 'DESTROY')
require_group_rights()

-- Groups of single readers whose process is gone.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local exists = redis.call('EXISTS', events) == 1
if exists and now >= tonumber(redis.call('HGET', state, 'sweep') or '0') then
  redis.call('HSET', state, 'sweep', string.format('%.0f', now + tonumber(ARGV[6])))
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', events)) do
    local name = info[2]
    if name ~= group and (string.find(name, '^tap:') or string.find(name, '^instance:')) then
      local gone, fields = true, { 'g:' .. name, 's:' .. name, 'c:' .. name }
      for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', events, name)) do
        fields[#fields + 1] = reader_field(name, consumer[2])
        if tonumber(consumer[6]) < tonumber(ARGV[6]) then gone = false end
      end
      if gone then
        redis.call('XGROUP', 'DESTROY', events, name)
        redis.call('HDEL', state, unpack(fields))
      end
    end
  end
end

local entered = enter_group(group, ARGV[2])
if type(entered) == 'table' and entered.err then
  create_group(group, ARGV[3])
  enter_group(group, ARGV[2])
end
redis.call('EXPIRE', state, ARGV[5])
redis.call('EXPIRE', events, ARGV[5])
return redis.call('HMGET', state, 'epoch', 'g:' .. group)
