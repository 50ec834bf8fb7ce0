-- Tells how many connections to this server are subscribed to a queue's channel. Only reads. Follows
-- require-rights.lua.
--
-- KEYS[1]  the channel
-- ARGV[1]  SHARDNUMSUB or NUMSUB
-- Returns their number.
return permitted('PUBSUB ' .. ARGV[1], redis.pcall('PUBSUB', ARGV[1], KEYS[1]))[2]
