-- Searches the tasks of a scope, and makes the search index where there is none. Follows
-- json-record.lua.
--
-- KEYS[1]     the name of the search index
-- ARGV[1]     the query
-- ARGV[2]     the part of it that is the store's own: the filter for the scope
-- ARGV[3]     how many results to skip
-- ARGV[4]     how many results at most
-- ARGV[5]     the field to sort by; empty for the engine's own order
-- ARGV[6]     ASC or DESC
-- ARGV[7...]  what follows the name in FT.CREATE
-- Returns {"found", the reply of FT.SEARCH} with the id of each task; {"refused", error} when the
-- engine refuses what the caller asked; {"unsupported", error} when it refuses what every search
-- needs; an error that begins with NOSEARCH on a server without a query engine.
local function search(query, skip, most)
  local command = {
    'FT.SEARCH', KEYS[1], query, 'RETURN', 1, 'id', 'LIMIT', skip, most, 'DIALECT', 2,
  }
  if ARGV[5] ~= '' then
    for _, argument in ipairs({ 'SORTBY', ARGV[5], ARGV[6] }) do command[#command + 1] = argument end
  end
  return redis.pcall(unpack(command))
end

local reply = search(ARGV[1], ARGV[3], ARGV[4])
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
  local made = redis.pcall('FT.CREATE', KEYS[1], unpack(ARGV, 7))
  if made.err then return { 'unsupported', made.err } end
  reply = search(ARGV[1], ARGV[3], ARGV[4])
end
if not reply.err then return { 'found', reply } end
-- Whose fault it is, no two engines say alike either: the same without what the caller asked tells.
local own = search(ARGV[2], 0, 1)
if own.err then return { 'unsupported', own.err } end
return { 'refused', reply.err }
