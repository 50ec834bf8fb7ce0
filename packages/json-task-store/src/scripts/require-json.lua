-- Tells whether the server has the JSON commands. Follows json-record.lua. Only reads.
--
-- KEYS[1]  a key that need not exist
-- Returns 1, or an error.
local _, failure = read_json(KEYS[1], '$')
return failure or 1
