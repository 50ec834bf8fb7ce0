-- Gives a consumer its next events: first what others took and left, then what nobody took. A call
-- that is repeated gives what it gave before.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- KEYS[3]  its events that were set aside: a stream
-- ARGV[1]  the group
-- ARGV[2]  the consumer
-- ARGV[3]  the reader: unique to its life
-- ARGV[4]  the number of the call: counts up with each that was answered
-- ARGV[5]  how many events at most
-- ARGV[6]  the epoch that the reader knows
-- ARGV[7]  the id after which the group reads on, where it is missing in that epoch
-- ARGV[8]  after how many milliseconds without a sign of life an event is taken from its consumer
-- ARGV[9]  after how many deliveries an event is set aside instead
-- ARGV[10] how many events are kept, roughly
-- ARGV[11] how long the queue is kept after its last use, in seconds
-- Returns {epoch, last id read by the group, events lost to trimming, events set aside, id, deliveries,
-- event, id, ...}.
local state, events, poison = KEYS[1], KEYS[2], KEYS[3]
local group, consumer, call = ARGV[1], ARGV[2], tonumber(ARGV[4])
local idle, most = tonumber(ARGV[8]), tonumber(ARGV[9])

-- What each read does is asked for each time, as is more where it is done.
require_rights(state, 'HGET', 'HMGET', 'HSET', 'EXPIRE')
require_right('XREADGROUP', 'GROUP', group, consumer, 'STREAMS', events, '>')
local function require_more_rights()
  require_rights(state, 'HDEL')
  require_rights(events, 'XPENDING', 'XRANGE', 'XACK', 'XADD', 'XCLAIM')
  require_subcommand(events, 'XGROUP', 'DELCONSUMER')
  require_subcommand(events, 'XINFO', 'CONSUMERS')
end

local lost, aside = 0, 0
local reply = {}
local function answer()
  for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[11]) end
  local stands = redis.call('HMGET', state, 'epoch', 'g:' .. group)
  local head = { stands[1] or '', stands[2] or '', lost, aside }
  for _, item in ipairs(reply) do head[#head + 1] = item end
  return head
end
local function give(id, deliveries, fields)
  reply[#reply + 1] = id
  reply[#reply + 1] = deliveries
  reply[#reply + 1] = fields[2]
end

local entered = enter_group(group, consumer)
if type(entered) == 'table' and entered.err then
  require_group_rights()
  require_more_rights()
  local start = redis.call('HGET', state, 'g:' .. group)
  -- In another epoch everything is new to this group.
  if redis.call('HGET', state, 'epoch') ~= ARGV[6] then start = '0-0' end
  create_group(group, start or ARGV[7])
  enter_group(group, consumer)
end

local field = reader_field(group, consumer)
local before = redis.call('HGET', state, field)
if before then
  local reader, number, ids = string.match(before, '^(%S+) (%d+)(.*)$')
  if reader == ARGV[3] and tonumber(number) > call then return answer() end
  if reader == ARGV[3] and tonumber(number) == call then
    for id in string.gmatch(ids, '%S+') do
      local held = redis.call('XPENDING', events, group, id, id, 1, consumer)[1]
      local entry = held and redis.call('XRANGE', events, id, id)[1]
      if entry then give(id, held[4], entry[2]) end
    end
    return answer()
  end
end

local count = tonumber(ARGV[5])
local now = server_clock()
local scan = 's:' .. group
if now < clock_of(state, group) - idle / 4 then
  require_more_rights()
  -- The clock was set back: how long events are idle counts from now on, for whoever has them.
  local from = '-'
  repeat
    local pending = redis.call('XPENDING', events, group, from, '+', 100)
    for _, entry in ipairs(pending) do
      if tonumber(entry[3]) == 0 and #redis.call('XRANGE', events, entry[1], entry[1]) > 0 then
        redis.call('XCLAIM', events, group, entry[2], 0, entry[1], 'TIME', string.format('%.0f', now),
          'RETRYCOUNT', entry[4], 'JUSTID')
      end
      from = '(' .. entry[1]
    end
  until #pending < 100
  redis.call('HDEL', state, scan, 'c:' .. group)
  note_clock(state, group, now)
end
if now >= tonumber(redis.call('HGET', state, scan) or '0') then
  require_more_rights()
  local left = redis.call('XPENDING', events, group, 'IDLE', idle, '-', '+', count)
  for _, pending in ipairs(left) do
    local id, deliveries = pending[1], tonumber(pending[4])
    local entry = redis.call('XRANGE', events, id, id)[1]
    if not entry then
      redis.call('XACK', events, group, id)
      lost = lost + 1
    elseif deliveries >= most then
      redis.call('XADD', poison, 'MAXLEN', '~', ARGV[10], '*', 'id', id, 'group', group, 'consumer',
        pending[2], 'deliveries', deliveries, 'reason', 'deliveries', 'e', entry[2][2])
      redis.call('EXPIRE', poison, ARGV[11])
      redis.call('XACK', events, group, id)
      aside = aside + 1
    else
      redis.call('XCLAIM', events, group, consumer, 0, id, 'RETRYCOUNT', deliveries + 1, 'JUSTID')
      give(id, deliveries + 1, entry[2])
    end
  end
  if #left < count then
    -- All were found: look again when others may have been left.
    redis.call('HSET', state, scan, string.format('%.0f', now + math.ceil(idle / 4)))
    for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', events, group)) do
      local name = info[2]
      if name ~= consumer and info[4] == 0 and info[6] >= idle * 10 then
        redis.call('XGROUP', 'DELCONSUMER', events, group, name)
        redis.call('HDEL', state, reader_field(group, name))
      end
    end
  end
end

local more = count - #reply / 3
if more > 0 then
  local found = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', more, 'STREAMS', events, '>')
  local entries = found and found[1] and found[1][2] or {}
  local last = redis.call('HGET', state, 'g:' .. group)
  for _, entry in ipairs(entries) do
    local sequence = tonumber(string.match(entry[1], '%-(%d+)$'))
    local previous = last and tonumber(string.match(last, '%-(%d+)$'))
    if previous and sequence > previous + 1 then lost = lost + sequence - previous - 1 end
    last = entry[1]
    give(entry[1], 1, entry[2])
  end
  if #entries > 0 then redis.call('HSET', state, 'g:' .. group, last) end
end

if #reply > 0 then
  local ids = {}
  for i = 1, #reply, 3 do ids[#ids + 1] = reply[i] end
  note_clock(state, group, now)
  redis.call('HSET', state, field, ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. table.concat(ids, ' '))
end
return answer()
