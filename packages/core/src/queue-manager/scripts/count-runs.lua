-- Counts the runs of a replica that are noted.
--
-- KEYS[1]  the hash of the replica's runs
-- Returns how many there are.
return redis.call('HLEN', KEYS[1])
