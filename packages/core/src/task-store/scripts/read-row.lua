-- Reads the index row of a task.
--
-- KEYS[1]  the hash of rows
-- ARGV[1]  the task id
-- Returns the row; nil where there is none.
return redis.call('HGET', KEYS[1], ARGV[1])
