-- Says what a server can do, by commands that came with its versions: without arguments, one that it knows is refused
-- for that, before anybody's rights are looked at, and changes nothing. Follows server-name.lua. Only reads.
--
-- KEYS[1]  any key that the client may use, for servers that need one to find the way: it is not touched
-- Returns whether the server knows what came with Redis 6.2, and with Redis 7, as 1 or 0 each; and the server's name
-- where it lacks one of them.
local function knows(command)
  local reply = redis.pcall(command)
  local is_unknown = type(reply) == 'table' and reply.err and string.find(reply.err, 'nknown')
  return is_unknown and 0 or 1
end

local knows_6_2, knows_7 = knows('GETDEL'), knows('SPUBLISH')
return { knows_6_2, knows_7, knows_6_2 * knows_7 == 1 and '' or server_name() }
