-- Operations on a JSON document, all of them or none. A part of other scripts.
--
-- A server may refuse an operation: most of all, one that makes a document larger than it takes. What
-- was applied before is undone, and that must not be refused in turn. Where documents have a limit, a
-- value that is set counts together with the one that it replaces, and a list or an object keeps the
-- room that it once took. So what is new comes first: it is undone by a removal, which no limit stops.
-- Then what replaces, the largest first: it is undone when the new is gone, so that there is the room
-- of that, and where two values at once are too much, by a removal before. What is removed goes last,
-- when nothing can be refused any more. No two operations of a change may reach the same value, except
-- to make an object and to fill it.
--
-- ARGV  holds the values that are appended, from one position to another that the caller names
-- Returns nothing by itself. A change is applied once, and returns nil, or the server's error when the
-- document is what it was.
local function json_change(record)
  local appended, added, replaced, last, removed = {}, {}, {}, {}, {}
  local change = {}

  local function setting(path, text)
    local old = redis.call('JSON.GET', record, path)
    local step = { command = { 'JSON.SET', record, path, text }, size = #text }
    if old == '[]' then
      step.new = path
    else
      step.old = { 'JSON.SET', record, path, string.sub(old, 2, -2) }
    end
    return step
  end

  -- Appends to a list of a known length: ARGV[first] up to ARGV[final].
  function change.append(path, length, first, final)
    appended[#appended + 1] = {
      command = { 'JSON.ARRAPPEND', record, path, unpack(ARGV, first, final) },
      new = path .. '[' .. length .. ':]',
    }
  end

  -- Sets a value; one that is there is left as it is when only a new one may be set.
  function change.set(path, text, only_new)
    local step = setting(path, text)
    if step.new then
      added[#added + 1] = step
    elseif not only_new then
      replaced[#replaced + 1] = step
    end
  end

  -- Sets a small value after all that is set otherwise.
  function change.set_last(path, text) last[#last + 1] = setting(path, text) end

  -- Removes a value, or items of a list.
  function change.remove(path)
    removed[#removed + 1] = { command = { 'JSON.DEL', record, path } }
  end

  local function undo(applied)
    for n = #applied, 1, -1 do
      if applied[n].new then redis.call('JSON.DEL', record, applied[n].new) end
    end
    local missing = {}
    for n = #applied, 1, -1 do
      local old = applied[n].old
      if old and redis.pcall(unpack(old)).err then
        redis.call('JSON.DEL', record, old[3])
        missing[#missing + 1] = old
      end
    end
    for _, old in ipairs(missing) do redis.call(unpack(old)) end
  end

  function change.apply()
    -- Without removals, nothing can be undone.
    require_rights(record, 'JSON.DEL')
    table.sort(replaced, function(a, b) return a.size > b.size end)
    local applied = {}
    for _, steps in ipairs({ appended, added, replaced, last, removed }) do
      for _, step in ipairs(steps) do
        local reply = named_refusal(step.command[1], redis.pcall(unpack(step.command)))
        if type(reply) == 'table' and reply.err then
          undo(applied)
          return reply
        end
        applied[#applied + 1] = step
      end
    end
    return nil
  end

  return change
end
