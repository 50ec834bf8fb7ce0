-- Tells where a task's log stands.
--
-- KEYS[1]  the task's state
-- Returns {epoch, id of the latest event}; empty texts where nothing was published yet.
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'last')
return { stored[1] or '', stored[2] or '' }
