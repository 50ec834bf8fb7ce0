-- Reads some of the runs of a replica. Follows read-key.lua.
--
-- KEYS[1]  the hash of the replica's runs
-- ARGV[1]  after which of them, as a call before has told; 0 for the first
-- ARGV[2]  how many at most, roughly
-- Returns {run, JSON, run, JSON, ..., cursor}: the last is what the next call begins after, 0 where there are no
-- more. A list that takes no more has been read as a whole by then.
local cursor, read = ARGV[1], nil
repeat
  read = read_key('HSCAN', KEYS[1], cursor, 'COUNT', ARGV[2])
  cursor = read[1]
until cursor == '0' or #read[2] > 0
local reply = read[2]
reply[#reply + 1] = cursor
return reply
