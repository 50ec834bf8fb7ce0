-- Removes the note of note-run.lua.
--
-- KEYS[1]  the hash of the replica's runs
-- ARGV[1]  the run
-- Returns 1 when there was one, else 0.
return redis.call('HDEL', KEYS[1], ARGV[1])
