-- The lanes of a task, one for each of its push-notification configs, and their events. A part of other scripts. Follows
-- schedule.lua.
--
-- KEYS[1]  hash: what is known of the task
--   tenant, owner, task  its ids
--   n          how many events there were: the number of the last one
--   first      the lowest number that may still be kept
--   told       up to which counter the events of each publisher are known: "<publisher> <counter> ...", the latest last
--   token      the last token
--   announced  until when the schedule is known to have a mark of the task, where that is in another slot
--   l:<id>     the lane of a config: see parse_lane
-- KEYS[2]  hash: the events by number, "<kind> <moment> <id> <length of target>\n<target><body>": where there is a target,
--          the event is only for the config of that id
-- Returns nothing: defines functions.

-- Fails where the user may not change lanes, nor, where it is in reach, the schedule: to be asked before anything is
-- written, what is read first included, as what is damaged is removed.
local function require_task_rights(s)
  require_rights(KEYS[1], 'HGETALL', 'HSET', 'HDEL', 'EXPIRE')
  require_rights(KEYS[2], 'HGET')
  if s >= 0 then require_schedule_rights(s) end
end

-- Fails with what was found damaged, and removed. See ScriptRunner, which knows what such an error says.
local function fail_with_damage(key, field)
  error('DAMAGED "' .. field .. '" "' .. key .. '"', 0)
end

-- A lane: "<cursor> <due> <token> <attempts> <failures> <a or p> <dropped> <reason>".
--   cursor    the number of the last event that is settled
--   due       when it is looked at: after a pause, or when the lease ends
--   token     of who delivers; 0 where nobody does
--   attempts  at the event after the cursor
--   failures  attempts in a row that failed
--   paused    whether it was paused by hand
--   dropped   how many artifact chunks were given up
--   reason    why the last attempt failed
local function parse_lane(config, text)
  local cursor, due, token, attempts, failures, state, dropped, reason =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) ([ap]) (%d+) (.*)$')
  if not cursor then
    redis.call('HDEL', KEYS[1], 'l:' .. config)
    fail_with_damage(KEYS[1], 'l:' .. config)
  end
  return {
    config = config,
    cursor = tonumber(cursor),
    due = tonumber(due),
    token = tonumber(token),
    attempts = tonumber(attempts),
    failures = tonumber(failures),
    paused = state == 'p',
    dropped = tonumber(dropped),
    reason = reason,
  }
end

local function lane_text(lane)
  return string.format('%.0f %.0f %.0f %.0f %.0f %s %.0f %s', lane.cursor, lane.due, lane.token, lane.attempts,
    lane.failures, lane.paused and 'p' or 'a', lane.dropped, lane.reason)
end

local function write_lane(lane)
  redis.call('HSET', KEYS[1], 'l:' .. lane.config, lane_text(lane))
end

-- A lane that begins after an event.
local function new_lane(config, cursor, now)
  return { config = config, cursor = cursor, due = now, token = 0, attempts = 0, failures = 0, paused = false,
    dropped = 0, reason = '' }
end

-- What is known of the task: its other fields, its lanes by their configs, and how many events there were.
local function read_task()
  local known, lanes = {}, {}
  local stored = redis.call('HGETALL', KEYS[1])
  for i = 1, #stored, 2 do
    local field, value = stored[i], stored[i + 1]
    if string.sub(field, 1, 2) == 'l:' then
      lanes[#lanes + 1] = parse_lane(string.sub(field, 3), value)
    else
      known[field] = value
    end
  end
  -- Redis tells of the fields of a hash in an order of its own.
  table.sort(lanes, function(one, other) return one.config < other.config end)
  return known, lanes, tonumber(known.n or '0') or 0
end

local function lane_of(lanes, config)
  for _, lane in ipairs(lanes) do
    if lane.config == config then return lane end
  end
end

-- A token that none was before, also where all of the task had expired since. To be written with the lane.
local function next_token(known)
  local _, us = server_now()
  known.token = math.max(us, (tonumber(known.token or '0') or 0) + 1)
  return known.token
end

local function keep_task(seconds)
  redis.call('EXPIRE', KEYS[1], seconds)
  redis.call('EXPIRE', KEYS[2], seconds)
end

-- The number and the text of the event that a lane is at; nil where it is past all. What is not for it, or was given
-- up, is passed.
local function event_of(lane, last)
  while lane.cursor < last do
    local number = lane.cursor + 1
    local text = redis.call('HGET', KEYS[2], whole(number))
    if text then
      local length, from = string.match(text, '^%a %d+ %S+ (%d+)\n()')
      local target = length and string.sub(text, from, from + tonumber(length) - 1)
      if target == '' or target == lane.config then return number, text end
    end
    lane.cursor = number
  end
end

-- Removes events that all lanes are past.
local function trim_events(known, lanes, last)
  local least = last
  for _, lane in ipairs(lanes) do least = math.min(least, lane.cursor) end
  local first = tonumber(known.first or '1') or 1
  if least < first then return end
  for from = first, least, 500 do
    local numbers = {}
    for number = from, math.min(least, from + 499) do numbers[#numbers + 1] = whole(number) end
    redis.call('HDEL', KEYS[2], unpack(numbers))
  end
  known.first = least + 1
  redis.call('HSET', KEYS[1], 'first', whole(known.first))
end

-- When a lane is due next; nil where none is.
local function next_due(lanes, last)
  local earliest
  for _, lane in ipairs(lanes) do
    local waits = lane.token > 0 or not lane.paused and lane.cursor < last
    if waits and (not earliest or lane.due < earliest) then earliest = lane.due end
  end
  return earliest
end

-- Gives the event that a lane is at to who asks: the lane is due again when the lease has run out.
local function hand_out(known, lane, number, text, now, lease)
  lane.token = next_token(known)
  lane.due = now + lease
  lane.attempts = lane.attempts + 1
  redis.call('HSET', KEYS[1], 'token', whole(lane.token), 'l:' .. lane.config, lane_text(lane))
  return { lane.config, whole(lane.token), number, lane.attempts, lane.failures, text }
end

-- Sets the task's mark by its lanes, where the schedule is in reach, and tells who delivers.
local function mark_task(s, tenant, name, lanes, last, now)
  if s < 0 then return end
  local due, present = next_due(lanes, last), mark_of(s, name)
  -- One that comes somewhat early is left: whoever looks then sets it right.
  if due and present and present > now and present <= due then return end
  set_mark(s, tenant, name, due)
  if place_tenant(s, tenant, now) then tell_workers('due') end
end
