-- Finds out whether a server has hash slots, and what it removes when its memory is full. Only reads.
-- No key is touched: a server with slots refuses two that have not the same before this runs.
--
-- KEYS[1]  a key
-- KEYS[2]  one of another hash slot
-- Returns {the setting maxmemory-policy, the setting maxmemory}: '' for what the server does not tell, or not this user.
local info = redis.pcall('INFO', 'memory')
if type(info) ~= 'string' then return { '', '' } end
return { string.match(info, 'maxmemory_policy:(%S+)') or '', string.match(info, 'maxmemory:(%d+)') or '' }
