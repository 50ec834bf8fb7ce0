-- Closes the list of a replica's runs: it takes no more of them. So whoever finds it empty afterwards has
-- seen all of them, also where the replica only was asleep.
--
-- KEYS[1]  what says so
-- ARGV[1]  for how long, in seconds: longer than any call can be under way
-- Returns 1.
redis.call('SET', KEYS[1], '', 'EX', ARGV[1])
return 1
