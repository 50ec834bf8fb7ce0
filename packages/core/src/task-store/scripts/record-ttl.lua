-- Says whether a record is there, and how long it stays.
--
-- KEYS[1]  the record
-- Returns milliseconds; -1 where it does not expire, -2 where there is none.
return redis.call('PTTL', KEYS[1])
