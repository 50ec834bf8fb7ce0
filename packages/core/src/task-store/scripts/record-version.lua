-- The version that a write gives to a record, and which writes the record keeps. A part of other scripts.
--
-- Returns nothing: defines version_after(version) and writes_with(write, writes), which give
-- texts, and is_kept(write, writes).

-- A version is the server's clock in microseconds, and more than the version before. So no version comes
-- twice: not after a record was deleted and made anew, nor after a failover or a crash of the server took
-- writes back that it had acknowledged. A version that cannot be read counts as none.
local function version_after(version)
  local now = redis.call('TIME')
  local clock = string.format('%s%06d', now[1], now[2])
  -- Texts of 16 digits sort as their numbers do.
  if clock > version or #version ~= 16 or string.find(version, '%D') then return clock end
  return string.format('%.0f', tonumber(version) + 1)
end

-- The last write of each of the last 32 writers, newest first, separated by blanks. As many other writers
-- must have come between a call and its repetition before it is not recognised.
local function writes_with(write, writes)
  local writer = string.match(write, '^[^:]*:')
  -- Most records have one writer.
  local is_only = not string.find(writes, ' ', 1, true)
  if is_only and string.sub(writes, 1, #writer) == writer then return write end
  local kept, count = write, 1
  for earlier in string.gmatch(writes, '[%w_%-]+:%w+') do
    if count < 32 and string.sub(earlier, 1, #writer) ~= writer then
      kept = kept .. ' ' .. earlier
      count = count + 1
    end
  end
  return kept
end

-- Whether a write is among those that a record keeps.
local function is_kept(write, writes)
  if not string.find(writes, write, 1, true) then return false end
  return string.find(' ' .. writes .. ' ', ' ' .. write .. ' ', 1, true) ~= nil
end
