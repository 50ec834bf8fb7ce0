-- Acknowledges events that were processed.
--
-- KEYS[1]  the queue's events
-- ARGV[1]  the group
-- ARGV[2...] their ids
-- Returns how many were not acknowledged before.
return redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
