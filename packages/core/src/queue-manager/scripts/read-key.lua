-- Reads keys, and finds what is damaged. A part of other scripts.
--
-- What is damaged is removed by whoever finds it, who fails with it, once: from then on it is as if that had been
-- lost. See ScriptRunner, which knows what such an error says.
--
-- Follows require-rights.lua.
--
-- Returns nothing: defines fail_with_damage(key, field) and read_key(command, key, ...).

-- Fails with what was found damaged, and removed.
local function fail_with_damage(key, field)
  error('DAMAGED "' .. field .. '" "' .. key .. '"', 0)
end

-- What a command replies that takes a key of one type. A key of another type is removed.
local function read_key(command, key, ...)
  local reply = permitted(command, redis.pcall(command, key, ...))
  if type(reply) ~= 'table' or not reply.err then return reply end
  -- Once more, for the server's own error: callers go by how it begins.
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then return redis.call(command, key, ...) end
  redis.call('DEL', key)
  fail_with_damage(key, '')
end
