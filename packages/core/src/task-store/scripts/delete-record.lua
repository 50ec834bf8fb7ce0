-- Deletes a record.
--
-- KEYS[1]  the record
-- Returns 1 when there was one, else 0.
return redis.call('DEL', KEYS[1])
