-- Publishes a message on a queue's channel.
--
-- KEYS[1]  the channel
-- ARGV[1]  SPUBLISH or PUBLISH
-- ARGV[2]  the message
-- Returns how many connections to this server got it.
return redis.call(ARGV[1], KEYS[1], ARGV[2])
