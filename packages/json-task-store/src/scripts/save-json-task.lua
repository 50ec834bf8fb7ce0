-- Writes a task's record, if it is still the one that the caller started from; and, where the index
-- is reachable from here, its index entry. Follows companion.lua or a companion, index-task.lua,
-- record-version.lua, json-record.lua and json-change.lua.
--
-- KEYS[1]      the record: a JSON document, its key ending in {<tenant>:<owner>:<task id>}
-- KEYS[2..11]  the index, see index-task.lua with k = 2; left out on a cluster
-- ARGV[1]      the version that the caller started from; 0 for no record, empty for any
-- ARGV[2]      the write: "<writer>:<number>", unique, so that a repeated call is noticed
-- ARGV[3]      seconds until the record expires; 0 for never, empty to leave that as it is
-- ARGV[4]      1 to replace the whole record, else 0
-- ARGV[5]      the whole record, a JSON object that ends within its last member, `_store`, to which
--              members are added here; empty unless it is replaced
-- ARGV[6]      how many lengths follow
-- ARGV[7]      how many arguments the operations take together; 0 when the whole record is replaced
-- ARGV[8...]   the lengths: the path of a list and how many items it must have, of each list that is
--              appended to at least; the operations: JSON.ARRAPPEND, JSON.SET (with NX to leave what
--              is there) or JSON.DEL, how many arguments it takes after the key, and those; then the
--              index entry, see index-task.lua
-- What a companion adds to KEYS and ARGV comes after all of these; see companion.lua.
-- Returns {"saved", version, row} with the unexpected index row or ""; {"repeated", version} when
-- this write was applied before; {"conflict", version, {text}} when the record is another one, the
-- text being the matches of `$`, version 0 where there is none, empty where a record has none; {"refused",
-- reason} by a companion. The server's error when it refuses an operation, or a key of the index is none: the
-- record is then what it was.
local key_count, arg_count = without_companion()
local record = KEYS[1]
local own, failure = read_json(record, '$._store')
if failure then return failure end
local version, writes = '0', ''
if own then version, writes = store_of(own) end
if is_kept(ARGV[2], writes) then return { 'repeated', version } end
local refused = refused_by_companion(key_count, arg_count)
if refused then return { 'refused', refused } end

-- Operations name lists by their position. A list of another length was changed by something that
-- keeps no version: the caller shall look again.
local first_operation = 8 + 2 * tonumber(ARGV[6])
local unchanged = ARGV[1] == '' or ARGV[1] == version
local length_of = {}
for i = 8, first_operation - 1, 2 do
  local lengths = unchanged and permitted('JSON.ARRLEN', redis.pcall('JSON.ARRLEN', record, ARGV[i]))
  unchanged = type(lengths) == 'table' and lengths[1] == tonumber(ARGV[i + 1])
  length_of[ARGV[i]] = ARGV[i + 1]
end
if not unchanged then
  return { 'conflict', version, own and { redis.call('JSON.GET', record, '$') } or {} }
end
-- Whatever could fail once something is written fails here.
require_rights(record, 'PERSIST', 'EXPIRE')
local fault = key_count > 1 and index_fault(2)
if fault then return fault end

local next_version = version_after(version)
local kept = writes_with(ARGV[2], writes)
-- Nothing in them needs an escape in JSON: writes of this form are the only ones that are kept.

local after_operations = first_operation + tonumber(ARGV[7])
local refusal
if ARGV[4] == '1' then
  -- In one, over what is there: when it is refused, that stays.
  local scope = string.match(record, '{(.*):[^:]*}$') or ''
  local store =
    string.format('"version":"%s","writes":"%s","scope":"%s"}}', next_version, kept, scope)
  local reply = permitted('JSON.SET', redis.pcall('JSON.SET', record, '$', ARGV[5] .. store))
  refusal = reply.err and reply
else
  local change = json_change(record)
  local i = first_operation
  while i < after_operations do
    local command, path = ARGV[i], ARGV[i + 2]
    local last = i + 1 + tonumber(ARGV[i + 1])
    if command == 'JSON.ARRAPPEND' then
      change.append(path, length_of[path], i + 3, last)
    elseif command == 'JSON.SET' then
      change.set(path, ARGV[i + 3], last > i + 3)
    else
      change.remove(path)
    end
    i = last + 1
  end
  -- One by one: the events with a mark, which stand beside them, stay.
  change.set_last('$._store.writes', '"' .. kept .. '"')
  change.set_last('$._store.version', '"' .. next_version .. '"')
  refusal = change.apply()
end
if refusal then return refusal end

-- Whether a document that is set anew keeps its time differs from server to server.
if ARGV[3] == '0' or (ARGV[3] == '' and ARGV[4] == '1') then
  redis.call('PERSIST', record)
elseif ARGV[3] ~= '' then
  redis.call('EXPIRE', record, ARGV[3])
end

local row = key_count > 1 and index_task(2, after_operations, tonumber(next_version))
apply_companion(key_count, arg_count)
return { 'saved', next_version, row or '' }
