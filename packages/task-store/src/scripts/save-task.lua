-- Writes a task's record, if it is still the one that the caller started from; and, where the index
-- is reachable from here, its index entry. Follows packed-arguments.lua, companion.lua or a companion,
-- index-task.lua and record-version.lua.
--
-- KEYS[1]      the record: a hash
-- KEYS[2..11]  the index, see index-task.lua with k = 2; left out on a cluster
-- ARGV[1]      the version that the caller started from; 0 for no record, empty for any
-- ARGV[2]      the write: "<writer>:<number>", unique, so that a repeated call is noticed
-- ARGV[3]      seconds until the record expires; 0 for never, empty to leave that as it is
-- ARGV[4]      how many fields to remove; * for all that there are, and then none is named
-- ARGV[5...]   the names of those fields, then names and values to set in turn, then the index entry,
--              7 arguments, see index-task.lua
-- What a companion adds to KEYS and ARGV comes after all of these; see companion.lua.
-- Returns {"saved", version, row} with the unexpected index row or ""; {"repeated", version} when
-- this write was applied before; {"conflict", version, fields and values} when the record is another
-- one, version 0 where there is none, empty where a record has none; {"refused", reason} by a companion.
local key_count, arg_count = without_companion()
local record = KEYS[1]
local stored = redis.call('HMGET', record, 'v', 'w')
local version = stored[1] or (redis.call('EXISTS', record) == 0 and '0' or '')
local writes = stored[2] or ''
if is_kept(ARGV[2], writes) then return { 'repeated', version } end
local refusal = refused_by_companion(key_count, arg_count)
if refusal then return { 'refused', refusal } end
if ARGV[1] ~= '' and ARGV[1] ~= version then
  return { 'conflict', version, redis.call('HGETALL', record) }
end
-- Whatever could fail once something is written fails here.
require_rights(record, 'HSET')
if ARGV[3] ~= '' then require_rights(record, ARGV[3] == '0' and 'PERSIST' or 'EXPIRE') end
local fault = key_count > 1 and index_fault(2)
if fault then return fault end

local next_version = version_after(version)
local kept = writes_with(ARGV[2], writes)

if ARGV[4] == '*' then redis.call('DEL', record) end
local first_set = 5 + (tonumber(ARGV[4]) or 0)
local entry = key_count > 1 and arg_count - 6 or arg_count + 1
-- A call takes a few thousand arguments at most, and some servers no more than a thousand.
for i = 5, first_set - 1, 900 do
  redis.call('HDEL', record, unpack(ARGV, i, math.min(i + 899, first_set - 1)))
end
-- The version goes along with the first of the fields: one command to replicate, not two.
local first_last = math.min(first_set + 899, entry - 1)
redis.call('HSET', record, 'v', next_version, 'w', kept, unpack(ARGV, first_set, first_last))
for i = first_last + 1, entry - 1, 900 do
  redis.call('HSET', record, unpack(ARGV, i, math.min(i + 899, entry - 1)))
end
if ARGV[3] == '0' then
  redis.call('PERSIST', record)
elseif ARGV[3] ~= '' then
  redis.call('EXPIRE', record, ARGV[3])
end

local row = key_count > 1 and index_task(2, entry, tonumber(next_version))
apply_companion(key_count, arg_count)
return { 'saved', next_version, row or '' }
