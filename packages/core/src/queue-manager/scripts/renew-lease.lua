-- Renews a replica's lease, and tells how long every replica is still taken to live. Follows read-key.lua.
--
-- KEYS[1]  the sorted set of replicas, by the moment until which they are taken to live; -1 for one that
--          was condemned, see condemn-replica.lua; the moment of that, negative, once its tasks have ended
-- ARGV[1]  the replica
-- ARGV[2]  how long the lease lasts from now, in milliseconds
-- ARGV[3]  until when the lease lasts that the replica has, on this server's clock; 0 when it has none
-- ARGV[4]  for how long the names of those that are gone are kept, in milliseconds: none comes back by a
--          call that was made before and comes late
-- ARGV[5]  how long the list stays after the last renewal of any replica, in milliseconds
-- ARGV[6]  how long the lease lasts instead, as the replica executes nothing, in milliseconds; absent where it does. Only
--          while the lease is the one that ARGV[3] says: a call that comes late must not lengthen one that was taken since,
--          by a replica that executes again
-- Returns {0} when it has lost its lease: another replica ends its tasks. Otherwise {1, the server's clock, until when the
-- lease lasts on it, replica, milliseconds left, ...} of all replicas but those that are gone, what is left may be negative; with
-- 2 in place of 1 when the replica was on the list, and is not: the list was lost. Had it been taken for gone
-- since, its name would be there still, unless that was so long ago that it need not be.
-- That is asked of this server's clock, as the call may have been under way for long.
--
-- A score that is no such moment is damaged: its replica would neither be gone nor be forgotten, ever. It gets a
-- lease from now on, which it renews if it lives.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local idle = tonumber(ARGV[6] or ARGV[2])
local latest = now + math.max(tonumber(ARGV[2]), idle, tonumber(ARGV[4]))
local damaged
local function is_moment(score)
  return score >= -latest and score <= latest
end
local found, had = read_key('ZSCORE', KEYS[1], ARGV[1]), tonumber(ARGV[3])
if found and not is_moment(tonumber(found)) then
  damaged, found = ARGV[1], '0'
end
local is_forgotten = not found and had ~= 0 and had + tonumber(ARGV[4]) <= now
if found and tonumber(found) < 0 or is_forgotten then return { 0 } end
require_rights(KEYS[1], 'PEXPIRE', 'ZRANGE', 'ZREM')
local lasts = tonumber(found or '0') == had and idle or tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], now + lasts, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
local is_lost = not found and had ~= 0
local reply = { is_lost and 2 or 1, string.format('%.0f', now), string.format('%.0f', now + lasts) }
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  local score = tonumber(all[i + 1])
  if not is_moment(score) then
    damaged = all[i]
    redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), damaged)
  elseif score >= -1 then
    reply[#reply + 1] = all[i]
    reply[#reply + 1] = math.floor(score - now)
  elseif -score < now - tonumber(ARGV[4]) then
    redis.call('ZREM', KEYS[1], all[i])
  end
end
if damaged then fail_with_damage(KEYS[1], damaged) end
return reply
