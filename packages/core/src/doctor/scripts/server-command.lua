-- Runs one command that takes no key, for clients that send nothing but scripts: see asked-node.ts.
--
-- ARGV[1...]  the command and its arguments
-- Returns what the command replies; fails with what it is refused with.
return redis.call(unpack(ARGV))
