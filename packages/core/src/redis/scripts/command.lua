-- Runs one command, where a call needs no more: see run-command.ts.
--
-- KEYS[1]  the key
-- ARGV[1]  the command
-- ARGV[2...]  what follows the key
-- Returns what the command replies.
return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))
