-- The name of a server and its version, as errors tell them. Stands before all that calls it.
--
-- Returns nothing: defines server_name().
local function server_name()
  local info = redis.pcall('INFO', 'server')
  if type(info) ~= 'string' then return 'an unknown server' end
  local valkey = string.match(info, 'valkey_version:([^\r\n]+)')
  if valkey then return 'Valkey ' .. valkey end
  return 'Redis ' .. (string.match(info, 'redis_version:([^\r\n]+)') or 'of an unknown version')
end
