-- Names the field of the state that holds what a consumer was given last. A part of other scripts.
--
-- Returns the field: no two consumers of any groups share one.
local function reader_field(group, consumer)
  return string.format('r:%d:', #group) .. group .. consumer
end
