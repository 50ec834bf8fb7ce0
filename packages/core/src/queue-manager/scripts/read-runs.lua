-- Reads some of the runs of a replica.
--
-- KEYS[1]  the hash of the replica's runs
-- ARGV[1]  how many at most, roughly
-- Returns {run, JSON, run, JSON, ...}; empty only where there are none.
local cursor = '0'
repeat
  local read = redis.call('HSCAN', KEYS[1], cursor, 'COUNT', ARGV[1])
  if #read[2] > 0 then return read[2] end
  cursor = read[1]
until cursor == '0'
return {}
