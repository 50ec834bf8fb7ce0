-- Asks what the user may do before anything is written, as Redis undoes nothing of a script that fails; and names what
-- is missing, as servers before 7.2 do not: see missing-right.ts. A part of other scripts. Servers before 7 cannot be
-- asked: there, a script may have written something when it fails.
--
-- Returns nothing: defines named_refusal(command, reply), permitted(command, reply), require_rights(key, command, ...),
-- require_right(command, ...), require_subcommand(key, command, subcommand) and require_channel(command, channel).

local function refusal_of_right(right)
  return 'NOPERM The user may not run ' .. right
end

-- A reply of redis.pcall. Where the user may not run the command, an error that names it.
local function named_refusal(command, reply)
  local said = type(reply) == 'table' and reply.err
  if not said then return reply end
  -- Of versions before 7.2, and from then on.
  local is_refusal = string.find(said, "can't run this command", 1, true)
    or string.find(said, 'has no permissions to run', 1, true)
  return is_refusal and redis.error_reply(refusal_of_right(command)) or reply
end

-- The same, but for that error, with which it fails.
local function permitted(command, reply)
  local named = named_refusal(command, reply)
  if named ~= reply then error(named.err, 0) end
  return reply
end

-- What the server is asked always goes with a key: Redis 7.0 looks for one where a command has one.
local function may_run(...) return not redis.acl_check_cmd or redis.acl_check_cmd(...) end

-- Fails where the user may not run one of these commands.
local function require_rights(key, ...)
  for _, command in ipairs({ ... }) do
    if not may_run(command, key) then error(refusal_of_right(command), 0) end
  end
end

-- The same of one command, with arguments that name its key where that is not the first.
local function require_right(command, ...)
  if not may_run(command, ...) then error(refusal_of_right(command), 0) end
end

local function require_subcommand(key, command, subcommand)
  if may_run(command, subcommand, key) then return end
  error(refusal_of_right(command .. ' ' .. subcommand), 0)
end

-- Fails where the user may not publish, or not to this channel.
local function require_channel(command, channel)
  if may_run(command, channel, '') then return end
  error(refusal_of_right(command .. ' on channel ' .. channel), 0)
end
