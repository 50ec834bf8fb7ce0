-- Notes that a replica executes a task, so that others can end it when the replica is gone.
--
-- KEYS[1]  the hash of the replica's runs
-- ARGV[1]  the run
-- ARGV[2]  what is needed to end it, as JSON
-- Returns 1.
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
