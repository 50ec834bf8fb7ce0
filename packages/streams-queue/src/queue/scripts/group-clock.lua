-- Knows of a group what the server's clock said at its last delivery, or sign of life. A part of other scripts.
--
-- Returns nothing. Where the clock says less now, it was set back: what is pending seems to come from the future, and
-- to be idle for no time.
local function server_clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function clock_of(state, group)
  return tonumber(redis.call('HGET', state, 'c:' .. group) or '0')
end
-- Signs of life do not hide that it was set back.
local function note_clock(state, group, now)
  if now > clock_of(state, group) then redis.call('HSET', state, 'c:' .. group, string.format('%.0f', now)) end
end
