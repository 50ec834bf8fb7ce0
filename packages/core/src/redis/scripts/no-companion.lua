-- Goes in place of a companion where a script has none: see companion.lua.
-- Returns nothing.
local companion
