-- Keeps an event for each config that is registered now. Follows lanes.lua.
--
-- What is known by its publisher and counter is left out: a call may be repeated, and several replicas may tell of the
-- same event. A task without configs leaves nothing behind.
--
-- KEYS[1], KEYS[2]  see lanes.lua
-- KEYS[3]  with "c": the hash of the task's configs
-- KEYS[...]  with "s": the schedule
-- ARGV[1]  "c" where the configs are read here; "s" where the schedule is in reach; "a" where the task was just announced
-- ARGV[2]  the publisher
-- ARGV[3]  the counter of the event
-- ARGV[4]  the kind of the event: a letter, "a" for what may be given up
-- ARGV[5]  the id of the event
-- ARGV[6]  the body
-- ARGV[7]  how long the task is kept, in seconds
-- ARGV[8]  how many events of a task may wait
-- ARGV[9], ARGV[10], ARGV[11]  the tenant, the owner and the id of the task
-- ARGV[12], ARGV[13]  the tenant and the task as the schedule has them
-- ARGV[14]  with "c", of an event that ends its task: how long its configs are kept from now on, in seconds; empty for as
--           long as they are kept anyhow
-- ARGV[15]  when a log took the event, in milliseconds since the epoch, where it is told later; empty otherwise
-- ARGV[16]  with "c", how the fields of configs begin; otherwise, here and in ARGV[17...], the ids of the configs
-- ARGV[#ARGV-1], ARGV[#ARGV]  see schedule.lua
-- Returns "none" without configs, "known", "unannounced" where that has to be done first, "not-a-hash" where the configs are
-- none, "kept", or "full" where it was kept and more wait than may.
local flags = ARGV[1]
local configs = {}
if string.find(flags, 'c', 1, true) then
  local kind = redis.call('TYPE', KEYS[3]).ok
  if kind ~= 'hash' and kind ~= 'none' then return 'not-a-hash' end
  for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
    if string.sub(field, 1, #ARGV[16]) == ARGV[16] then configs[#configs + 1] = string.sub(field, #ARGV[16] + 1) end
  end
else
  for i = 16, #ARGV - 2 do configs[#configs + 1] = ARGV[i] end
end
if #configs == 0 and redis.call('EXISTS', KEYS[1]) == 0 then return 'none' end

local s = string.find(flags, 's', 1, true) and #KEYS - 4 or -1
require_task_rights(s)
if ARGV[14] ~= '' then require_rights(KEYS[3], 'TTL', 'EXPIRE') end
local now = server_now()
local known, lanes, last = read_task()
local told = {}
for publisher, counter in string.gmatch(known.told or '', '(%S+) (%d+)') do
  if publisher == ARGV[2] then
    if tonumber(counter) >= tonumber(ARGV[3]) then return 'known' end
  else
    told[#told + 1] = publisher .. ' ' .. counter
  end
end

if s < 0 and #configs > 0 then
  if string.find(flags, 'a', 1, true) then
    redis.call('HSET', KEYS[1], 'announced', whole(now + 30000))
  elseif (tonumber(known.announced or '0') or 0) < now then
    return 'unannounced'
  end
end

told[#told + 1] = ARGV[2] .. ' ' .. ARGV[3]
redis.call('HSET', KEYS[1], 'tenant', ARGV[9], 'owner', ARGV[10], 'task', ARGV[11],
  'told', table.concat(told, ' ', math.max(1, #told - 63)), 'n', whole(last + 1))

local registered, present = {}, {}
for _, config in ipairs(configs) do registered[config] = true end
for _, lane in ipairs(lanes) do
  if registered[lane.config] then
    registered[lane.config] = nil
    -- What waits after a pause, or for who delivers, stays due as it was.
    if lane.cursor == last and lane.token == 0 and lane.due < now then
      lane.due = now
      write_lane(lane)
    end
    present[#present + 1] = lane
  else
    redis.call('HDEL', KEYS[1], 'l:' .. lane.config)
  end
end
-- Whether a config was registered after the event: what comes before it is not for it.
local function is_later(config)
  if ARGV[15] == '' or not string.find(flags, 'c', 1, true) then return false end
  local value = redis.call('HGET', KEYS[3], ARGV[16] .. config) or ''
  local moment = string.match(value, '^%d+@(%d+):')
  return moment ~= nil and tonumber(moment) > tonumber(ARGV[15])
end

for _, config in ipairs(configs) do
  if registered[config] and not is_later(config) then
    local lane = new_lane(config, last, now)
    write_lane(lane)
    present[#present + 1] = lane
  end
end

last = last + 1
if #present > 0 then
  redis.call('HSET', KEYS[2], whole(last), ARGV[4] .. ' ' .. whole(now) .. ' ' .. ARGV[5] .. ' 0\n' .. ARGV[6])
end
trim_events(known, present, last)
keep_task(ARGV[7])
if ARGV[14] ~= '' and #configs > 0 then
  local left = redis.call('TTL', KEYS[3])
  if left < 0 or left > tonumber(ARGV[14]) then redis.call('EXPIRE', KEYS[3], ARGV[14]) end
end
mark_task(s, ARGV[12], ARGV[13], present, last, now)
if #present == 0 then return 'none' end
local most = tonumber(ARGV[8])
local waiting = last - (tonumber(known.first or '1') or 1) + 1
-- Not with each event beyond: to give some up takes a look at all.
if waiting > most and last % math.max(1, math.floor(most / 4)) == 0 then return 'full' end
return 'kept'
