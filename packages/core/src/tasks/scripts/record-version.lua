-- The version that a write gives to a record, and which writes the record keeps. A part of other scripts.
--
-- Returns nothing: defines version_after(version), a number, and writes_with(write, writes), a text.

-- A version is the server's clock in microseconds, and more than the version before. So no version comes
-- twice: not after a record was deleted and made anew, nor after a failover or a crash of the server took
-- writes back that it had acknowledged. A version that cannot be read counts as none.
local function version_after(version)
  local now = redis.call('TIME')
  local next_version = tonumber(now[1]) * 1000000 + tonumber(now[2])
  if #version == 16 and string.find(version, '^%d+$') then
    next_version = math.max(next_version, tonumber(version) + 1)
  end
  return next_version
end

-- The last write of each of the last 32 writers, newest first, separated by blanks. As many other writers
-- must have come between a call and its repetition before it is not recognised.
local function writes_with(write, writes)
  local writer = string.match(write, '^[^:]*:')
  local kept, count = write, 1
  for earlier in string.gmatch(writes, '[%w_%-]+:%w+') do
    if count < 32 and string.sub(earlier, 1, #writer) ~= writer then
      kept = kept .. ' ' .. earlier
      count = count + 1
    end
  end
  return kept
end
