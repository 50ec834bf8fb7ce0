-- The schedule: which tasks have something due when, fair over their tenants. A part of other scripts.
--
-- A mark says when a task is to be looked at. The marks of all tenants are members of one sorted set,
-- "<tenant>:<moment>:<task>", so that those of one tenant follow one another by their moments. A tenant stands in the
-- ring if its first mark is due, and otherwise among those that wait.
--
-- KEYS[s+1]  sorted set: the marks
-- KEYS[s+2]  hash: the moment of each task's mark, behind it an "i" where nothing was due when it was last looked at
-- KEYS[s+3]  sorted set: the ring, tenants by turn
-- KEYS[s+4]  sorted set: the others, by the moment of their first mark
-- ARGV[#ARGV-1], ARGV[#ARGV]  of scripts that tell who delivers: SPUBLISH or PUBLISH, and the channel; empty where nobody
--   need be told
-- Returns nothing: defines functions.

-- Fails where the user may not change the schedule: to be asked before anything is written.
local function require_schedule_rights(s)
  require_rights(KEYS[s + 1], 'ZRANGE', 'ZADD', 'ZREM', 'ZSCORE')
  require_rights(KEYS[s + 2], 'HGET', 'HSET', 'HDEL')
  if ARGV[#ARGV - 1] ~= '' then require_channel(ARGV[#ARGV - 1], ARGV[#ARGV]) end
end

-- Milliseconds since the epoch, and microseconds, which are exact here.
local function server_now()
  local time = redis.call('TIME')
  local us = tonumber(time[1]) * 1000000 + tonumber(time[2])
  return math.floor(us / 1000), us
end

local function whole(number)
  return string.format('%.0f', number)
end

local function mark_member(tenant, name, moment)
  return tenant .. ':' .. string.format('%015.0f', moment) .. ':' .. name
end

-- The moment of a task's mark, and whether nothing was due at the last look; nil without a mark.
local function mark_of(s, name)
  local moment, idle = string.match(redis.call('HGET', KEYS[s + 2], name) or '', '^(%d+)(i?)$')
  return tonumber(moment), idle == 'i'
end

-- The first mark of a tenant: its moment and its task; nil where there is none.
local function first_mark(s, tenant)
  local from, to = '[' .. tenant .. ':', '(' .. tenant .. ';'
  local member = redis.call('ZRANGE', KEYS[s + 1], from, to, 'BYLEX', 'LIMIT', 0, 1)[1]
  if not member then return nil end
  local moment, name = string.match(member, '^(%d+):(.*)$', #tenant + 2)
  return tonumber(moment), name
end

-- Tells who delivers that there is something to take: "due" where it is of a tenant that had nothing, "more" where who
-- tells could not take all. Messages are hints: who misses one looks now and then.
local function tell_workers(word)
  if ARGV[#ARGV - 1] ~= '' then redis.call(ARGV[#ARGV - 1], ARGV[#ARGV], word) end
end

-- Puts a tenant where it belongs by its first mark: in the ring it keeps its place, or goes to the end. Whether it has come
-- into the ring.
local function place_tenant(s, tenant, now, to_end)
  local moment = first_mark(s, tenant)
  if not moment or moment > now then
    redis.call('ZREM', KEYS[s + 3], tenant)
    if moment then redis.call('ZADD', KEYS[s + 4], whole(moment), tenant)
    else redis.call('ZREM', KEYS[s + 4], tenant) end
    return false
  end
  redis.call('ZREM', KEYS[s + 4], tenant)
  local was_due = redis.call('ZSCORE', KEYS[s + 3], tenant)
  if was_due and not to_end then return false end
  local last = redis.call('ZRANGE', KEYS[s + 3], -1, -1, 'WITHSCORES')[2]
  redis.call('ZADD', KEYS[s + 3], whole(tonumber(last or '0') + 1), tenant)
  return not was_due
end

-- Sets the mark of a task; without a moment, removes it.
local function set_mark(s, tenant, name, moment, idle)
  local present = mark_of(s, name)
  if present then redis.call('ZREM', KEYS[s + 1], mark_member(tenant, name, present)) end
  if moment then
    redis.call('ZADD', KEYS[s + 1], 0, mark_member(tenant, name, moment))
    redis.call('HSET', KEYS[s + 2], name, whole(moment) .. (idle and 'i' or ''))
  else
    redis.call('HDEL', KEYS[s + 2], name)
  end
end

-- Sets the mark of a task no later than a moment.
local function mark_by(s, tenant, name, moment)
  local present = mark_of(s, name)
  set_mark(s, tenant, name, present and math.min(present, moment) or moment)
end
