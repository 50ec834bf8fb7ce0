-- Searches the tasks of a scope, and makes the search index where there is none. Follows
-- json-record.lua.
--
-- KEYS[1]     the name of the search index
-- ARGV[1]     the query
-- ARGV[2]     how many results to skip
-- ARGV[3]     how many results at most
-- ARGV[4]     the field to sort by; empty for the engine's own order
-- ARGV[5]     ASC or DESC
-- ARGV[6...]  what follows the name in FT.CREATE
-- Returns {"found", the reply of FT.SEARCH} with the id of each task, or {"refused", error}; an
-- error that begins with NOSEARCH on a server without a query engine.
local search = {
  'FT.SEARCH', KEYS[1], ARGV[1], 'RETURN', 1, 'id', 'LIMIT', ARGV[2], ARGV[3], 'DIALECT', 2,
}
if ARGV[4] ~= '' then
  for _, argument in ipairs({ 'SORTBY', ARGV[4], ARGV[5] }) do search[#search + 1] = argument end
end
local reply = redis.pcall(unpack(search))
if reply.err and string.find(reply.err, 'Unknown %a*%s?command') then
  return redis.error_reply('NOSEARCH ' .. server_name())
end
-- Every engine, and every version of one, says this in words of its own.
local problem = string.lower(reply.err or '')
if
  string.find(problem, 'no such index')
  or string.find(problem, 'unknown index')
  or string.find(problem, 'index.*not found')
then
  local made = redis.pcall('FT.CREATE', KEYS[1], unpack(ARGV, 6))
  if made.err then return { 'refused', made.err } end
  reply = redis.pcall(unpack(search))
end
if reply.err then return { 'refused', reply.err } end
return { 'found', reply }
