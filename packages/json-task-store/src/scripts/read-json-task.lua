-- Reads a task's record, if the caller does not have it already. Follows json-record.lua.
-- Only reads.
--
-- KEYS[1]  the record: a JSON document
-- ARGV[1]  the version that the caller has; empty for none
-- ARGV[2]  partial to leave out the artifacts; otherwise absent
-- Returns nil where there is no record; {version} when it is the caller's; otherwise {version,
-- {text}}, the text being the matches of `$`, or those of the members other than the artifacts by
-- their paths.
local own, failure = read_json(KEYS[1], '$._store')
if failure then return failure end
if not own then return nil end
local version = store_of(own)
if version == ARGV[1] and version ~= '' then return { version } end
if ARGV[2] ~= 'partial' then return { version, { redis.call('JSON.GET', KEYS[1], '$') } } end
return {
  version,
  {
    redis.call(
      'JSON.GET', KEYS[1],
      '$.id', '$.contextId', '$.status', '$.metadata', '$.history', '$._store'
    ),
  },
}
