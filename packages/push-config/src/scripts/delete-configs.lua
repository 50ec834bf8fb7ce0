-- Removes all configs of a task, whatever the key holds.
--
-- KEYS[1]  hash of the task's configs
--
-- Returns 'deleted', also when there was none.

redis.call('DEL', KEYS[1])
return 'deleted'
