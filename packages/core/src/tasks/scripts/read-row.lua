-- Reads index rows.
--
-- KEYS[1]  the hash of rows
-- ARGV     task ids
-- Returns the rows in the order of the ids; nil where there is none.
return redis.call('HMGET', KEYS[1], unpack(ARGV))
