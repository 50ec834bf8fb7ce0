-- Removes a request to cancel a task: whoever asked has the answer, or waits no longer. Follows
-- task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the request
-- Returns 1 when there was one, else 0.
return drop_cancel(KEYS[1], ARGV[1]) and 1 or 0
