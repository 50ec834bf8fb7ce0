-- Lists the dead letters of a scope, newest first. Only reads.
--
-- KEYS[1]  sorted set: the dead letters of the scope by moment
-- ARGV[1]  how many at most
-- ARGV[2]  the moment of the last letter that was listed before; absent for the first page
-- ARGV[3]  that letter, which need not be there any more
-- Returns the letters, each followed by its moment.
local limit, moment, after = tonumber(ARGV[1]), ARGV[2] or '+inf', ARGV[3]
local found, from = {}, 0
while #found < limit * 2 do
  local page = redis.call('ZRANGE', KEYS[1], moment, '-inf', 'BYSCORE', 'REV', 'LIMIT', from, limit, 'WITHSCORES')
  for i = 1, #page, 2 do
    -- Letters of one moment follow one another by their names.
    local was_listed = after and page[i + 1] == ARGV[2] and page[i] >= after
    if not was_listed and #found < limit * 2 then
      found[#found + 1] = page[i]
      found[#found + 1] = page[i + 1]
    end
  end
  if #page < limit * 2 then break end
  from = from + limit
end
return found
