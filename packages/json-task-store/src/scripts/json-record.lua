-- What the scripts on JSON documents share: reads that tell what kind of error stands in the way. Only
-- reads. Follows server-name.lua and require-rights.lua of core.
--
-- Returns nothing by itself. Scripts return the second result of `read_json` when there is one: an
-- error that begins with NOJSON on a server without JSON commands, with WRONGTYPE for a key of
-- another type, or the server's own.
local function read_json(key, ...)
  local reply = permitted('JSON.GET', redis.pcall('JSON.GET', key, ...))
  if type(reply) ~= 'table' or not reply.err then return reply end
  if string.find(reply.err, 'Unknown %a*%s?command') then
    return nil, redis.error_reply('NOJSON ' .. server_name())
  end
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= 'ReJSON-RL' then
    return nil, redis.error_reply('WRONGTYPE The key holds a value of type ' .. kind)
  end
  return nil, reply
end

-- The version and the last writes, from what JSON.GET says of `$._store`; empty where not readable.
local function store_of(text)
  local readable, matches = pcall(cjson.decode, text)
  local own = readable and type(matches) == 'table' and matches[1]
  if type(own) ~= 'table' then return '', '' end
  return type(own.version) == 'string' and own.version or '',
    type(own.writes) == 'string' and own.writes or ''
end
