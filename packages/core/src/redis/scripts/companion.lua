-- What a script calls that writes a record and may have a companion: a piece of another script that is done
-- in the same step, or not at all. Follows the companion, which is a local table:
--
--   companion.keys               how many keys it has: the last of KEYS
--   companion.check(k, a, last)  why nothing may be written, as a text; nil where it may be
--   companion.apply(k, a, last)  does its part after that, once the record is written
--
-- Its keys are KEYS[k+1...], its arguments ARGV[a+1...last]. Behind those, the last of ARGV says how many
-- they are.
--
-- Returns nothing: defines without_companion(), refused_by_companion(k, a) and apply_companion(k, a).

-- How many of KEYS and of ARGV are the script's own.
local function without_companion()
  if not companion then return #KEYS, #ARGV end
  return #KEYS - companion.keys, #ARGV - 1 - tonumber(ARGV[#ARGV])
end

local function refused_by_companion(k, a)
  return companion and companion.check(k, a, #ARGV - 1)
end

local function apply_companion(k, a)
  if companion then companion.apply(k, a, #ARGV - 1) end
end
