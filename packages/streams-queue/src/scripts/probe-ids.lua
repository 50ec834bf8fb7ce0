-- Tells whether the server takes the ids that the entries of logs and queues are given.
--
-- KEYS[1]  a key of no other use
-- Returns 1 where it does; the server's error where it takes only ids of its own, as an Active-Active database does by
-- default: another region might give the same. Fails where it takes neither, which is another matter.
local log = KEYS[1]
redis.call('DEL', log)
local given = redis.pcall('XADD', log, '1-1', 'e', '')
local refusal = type(given) == 'table' and given.err
if refusal then redis.call('XADD', log, '*', 'e', '') end
redis.call('DEL', log)
return refusal or 1
