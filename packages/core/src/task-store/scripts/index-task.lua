-- Puts a task into the index of its scope, or moves it. A part of other scripts, too.
--
-- KEYS[k]      the hash of rows: task id to "<version> <row>"
-- KEYS[k+1]    the sorted set of all tasks
-- KEYS[k+2..4] the sorted sets of the new state, context, context and state
-- KEYS[k+5..7] the same three for the entry that is replaced
-- KEYS[k+8]    the sorted set of expiries
-- KEYS[k+9]    the sorted set of pending writes
-- ARGV[a]      the task id
-- ARGV[a+1]    the new row
-- ARGV[a+2]    the new member
-- ARGV[a+3]    the row that is replaced, without its version; empty for none, * for any
-- ARGV[a+4]    the member that is replaced; empty for none
-- ARGV[a+5]    when the record expires, in milliseconds since the epoch; 0 for never, empty to leave
--              that as it is
-- ARGV[a+6]    the mark of the pending write to remove; empty for none
-- Returns nil when the index is as new as the record or newer; otherwise the row found, which the
-- caller did not expect: nothing was changed, and the caller names that row's sets and calls again.
-- An entry of the same version is made again: a member may have been lost.
local function index_task(k, a, version)
  local found = redis.call('HGET', KEYS[k], ARGV[a])
  local known = found and tonumber(string.sub(found, 1, 16)) or 0
  local expected = ARGV[a + 3]
  if found and known <= version and expected ~= '*' and string.sub(found, 18) ~= expected then
    return found
  end
  if known <= version then
    if ARGV[a + 4] ~= '' then
      for i = 1, 7 do
        if i == 1 or i > 4 then redis.call('ZREM', KEYS[k + i], ARGV[a + 4]) end
      end
    end
    for i = 1, 4 do
      redis.call('ZADD', KEYS[k + i], 0, ARGV[a + 2])
    end
    redis.call('HSET', KEYS[k], ARGV[a], string.format('%.0f ', version) .. ARGV[a + 1])
  end
  if ARGV[a + 5] == '0' then
    -- A caller who is late may say when to look again, not that nobody need to.
    if known <= version then redis.call('ZREM', KEYS[k + 8], ARGV[a]) end
  elseif ARGV[a + 5] ~= '' then
    redis.call('ZADD', KEYS[k + 8], ARGV[a + 5], ARGV[a])
  end
  if ARGV[a + 6] ~= '' then redis.call('ZREM', KEYS[k + 9], ARGV[a + 6]) end
  return nil
end

local function require_index_rights(k)
  require_rights(KEYS[k], 'HGET', 'HSET', 'ZADD', 'ZREM')
end

-- Why the index of KEYS[k..k+9] cannot be written, as an error of the server; nil where it can. To be asked before a
-- record is written with it, which stays.
local function index_fault(k)
  require_index_rights(k)
  for i = 0, 9 do
    local command = i == 0 and 'HLEN' or 'ZCARD'
    local size = permitted(command, redis.pcall(command, KEYS[k + i]))
    if type(size) == 'table' and size.err then return size end
  end
  return nil
end
