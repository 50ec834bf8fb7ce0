-- Reads what a path of a task's record matches. Follows json-record.lua. Only reads.
--
-- KEYS[1]     the record: a JSON document
-- ARGV[1]     the path, a JSONPath
-- ARGV[2...]  paths of values whose types are asked for, before a write
-- Returns nil where there is no record; {"refused", error} when the server cannot read the path;
-- {"read", matches as JSON}; before a write {"read", matches as JSON, version, matches of `$.status`,
-- a type for each path, empty where it leads nowhere}.
local own, failure = read_json(KEYS[1], '$._store')
if failure then return failure end
if not own then return nil end
local matches = permitted('JSON.GET', redis.pcall('JSON.GET', KEYS[1], ARGV[1]))
if type(matches) == 'table' then return { 'refused', matches.err } end
if #ARGV == 1 then return { 'read', matches } end
local version = store_of(own)
local result = { 'read', matches, version, redis.call('JSON.GET', KEYS[1], '$.status') }
for i = 2, #ARGV do
  -- A path that leads nowhere is an error on some servers, and no type on others.
  local types = permitted('JSON.TYPE', redis.pcall('JSON.TYPE', KEYS[1], ARGV[i]))
  result[#result + 1] = type(types) == 'table' and types[1] or ''
end
return result
