-- Runs one command on a key that holds one type of value, and is removed where it holds another: see
-- checked-command.ts. Follows read-key.lua.
--
-- KEYS[1]  the key
-- ARGV[1]  the command
-- ARGV[2...]  what follows the key
-- Returns what the command replies.
return read_key(ARGV[1], KEYS[1], unpack(ARGV, 2))
