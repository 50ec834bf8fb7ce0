-- Takes apart arguments that went as one text: see packed-arguments.ts. Stands before all that reads ARGV.
--
-- ARGV[1]  # where the arguments are packed
-- ARGV[2]  the length of each in bytes
-- ARGV[3]  the arguments, one byte between two
-- Returns nothing: defines ARGV as the arguments that were meant.
local ARGV = ARGV
if ARGV[1] == '#' then
  local packed, text, from = ARGV[2], ARGV[3], 1
  ARGV = {}
  for length in string.gmatch(packed, '%d+') do
    local after = from + tonumber(length)
    ARGV[#ARGV + 1] = string.sub(text, from, after - 1)
    from = after + 1
  end
end
