-- Reads a task's record, if the caller does not have it already. Only reads.
--
-- KEYS[1]  the record: a hash
-- ARGV[1]  the version that the caller has; empty for none
-- ARGV[2]  partial to leave out the artifacts; otherwise absent
-- Returns nil where there is no record; {version} when it is the caller's; otherwise {version, names
-- and values in turn}.
local version = redis.call('HGET', KEYS[1], 'v')
if not version then
  if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
  version = ''
end
if version == ARGV[1] and version ~= '' then return { version } end
if ARGV[2] ~= 'partial' then return { version, redis.call('HGETALL', KEYS[1]) } end

local names = { 'i', 'c', 's', 'm', 'h' }
-- The count may be wrong. That of what is there is not: looking for more would keep the server from all else.
local said = tonumber(redis.call('HGET', KEYS[1], 'h') or '0') or 0
local length = math.min(said, redis.call('HLEN', KEYS[1]))
for i = 0, length - 1 do names[#names + 1] = 'h:' .. i end
local fields = {}
for first = 1, #names, 900 do
  local last = math.min(first + 899, #names)
  local values = redis.call('HMGET', KEYS[1], unpack(names, first, last))
  for i = first, last do
    if values[i - first + 1] then
      fields[#fields + 1] = names[i]
      fields[#fields + 1] = values[i - first + 1]
    end
  end
end
return { version, fields }
