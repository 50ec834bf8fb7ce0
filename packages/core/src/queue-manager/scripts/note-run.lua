-- Notes that a replica executes a task, so that others can end it when the replica is gone. Follows read-key.lua.
--
-- KEYS[1]  the hash of the replica's runs
-- KEYS[2]  what says that it takes no more of them, while it is there
-- ARGV[1]  the run
-- ARGV[2]  what is needed to end it, as JSON
-- ARGV[3]  how long the notes stay without a further one, in seconds
-- Returns 1; 0 when the replica was taken to be gone: nobody would find the note.
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
require_rights(KEYS[1], 'EXPIRE')
read_key('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
