-- Makes a consumer group and notes where it stands. A part of other scripts.
--
-- KEYS[1]  the queue's state
-- KEYS[2]  its events
-- Returns nothing: defines require_group_rights(), enter_group(group, consumer) and create_group(group, start).

-- To be asked before anything is written.
local function require_group_rights()
  require_rights(KEYS[1], 'HEXISTS', 'HGET', 'HSET')
  require_rights(KEYS[2], 'XRANGE')
  require_subcommand(KEYS[2], 'XGROUP', 'CREATE')
  require_subcommand(KEYS[2], 'XGROUP', 'CREATECONSUMER')
end

-- An error where the group is missing.
local function enter_group(group, consumer)
  return permitted('XGROUP CREATECONSUMER',
    redis.pcall('XGROUP', 'CREATECONSUMER', KEYS[2], group, consumer))
end

local function create_group(group, start)
  if redis.call('HEXISTS', KEYS[1], 'epoch') == 0 then
    local time = redis.call('TIME')
    redis.call('HSET', KEYS[1], 'epoch', time[1] .. string.format('%06d', tonumber(time[2])))
  end
  local at = redis.call('HGET', KEYS[1], 'last') or '0-0'
  if start == '$' then start = at end
  redis.call('XGROUP', 'CREATE', KEYS[2], group, start, 'MKSTREAM')
  -- What was trimmed before does not count as lost: the group stands before the first event kept.
  local first = redis.call('XRANGE', KEYS[2], '(' .. start, '+', 'COUNT', 1)[1]
  if first then
    local ms, sequence = string.match(first[1], '^(%d+)-(%d+)$')
    at = string.format('%s-%.0f', ms, tonumber(sequence) - 1)
  end
  redis.call('HSET', KEYS[1], 'g:' .. group, at)
end
