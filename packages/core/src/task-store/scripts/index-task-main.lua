-- Indexes a task whose record was written before. Follows index-task.lua.
--
-- KEYS[1..10]  see index-task.lua, k = 1
-- ARGV[1]      the record's version
-- ARGV[2..8]   see index-task.lua, a = 2
-- Returns as index-task.lua does.
require_index_rights(1)
return index_task(1, 2, tonumber(ARGV[1]))
