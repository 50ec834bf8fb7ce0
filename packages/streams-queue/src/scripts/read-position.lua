-- Tells where a task's log stands. Follows task-state.lua.
--
-- KEYS[1]  the task's state
-- Returns {epoch, id of the latest event}; empty texts where nothing was published yet.
-- Of no run.
local known = look_up(KEYS[1], '')
return { known.epoch or '', known.last or '' }
