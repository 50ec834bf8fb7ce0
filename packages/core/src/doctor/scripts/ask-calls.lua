-- Asks which of some calls the user of the client may make. None of them is made: see ask-calls.ts.
--
-- ARGV[1...]  for each call the number of its words, then these: the command, a subcommand, arguments
-- Returns for each call 'allowed', 'denied', 'missing' where the server has no such command, or 'untold' where it has,
-- and no way to ask for rights.
local function ask(...)
  if redis.acl_check_cmd then
    local is_known, is_allowed = pcall(redis.acl_check_cmd, ...)
    if not is_known then return 'missing' end
    return is_allowed and 'allowed' or 'denied'
  end
  -- Versions before 7: a command without its arguments is refused before anything else is looked at. TIME, which has
  -- none, is run.
  local reply = redis.pcall((...))
  local refusal = type(reply) == 'table' and reply.err or ''
  return string.find(string.lower(refusal), 'unknown', 1, true) and 'missing' or 'untold'
end

local answers, i = {}, 1
while i < #ARGV do
  local last = i + tonumber(ARGV[i])
  answers[#answers + 1] = ask(unpack(ARGV, i + 1, last))
  i = last + 1
end
return answers
