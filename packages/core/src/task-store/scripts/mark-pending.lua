-- Notes that a task is about to be written, before its record is: what a crash between the record
-- and the index leaves behind is found through this mark.
--
-- KEYS[1]  the sorted set of pending writes
-- ARGV[1]  now, in milliseconds since the epoch
-- ARGV[2]  the mark: "<write id> <task id>"
-- Returns 1.
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
return 1
