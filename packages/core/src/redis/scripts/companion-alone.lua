-- Does what a companion does, without a record. Follows the companion: see companion.lua.
--
-- KEYS, ARGV  the companion's
-- Returns "accepted", or why the companion refused.
local refusal = companion.check(0, 0, #ARGV)
if refusal then return refusal end
companion.apply(0, 0, #ARGV)
return 'accepted'
