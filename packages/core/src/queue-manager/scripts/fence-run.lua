-- Ends a run for good: from here on it cannot publish events of the task, nor end it, even if its
-- replica only was asleep. Whoever waits for its answer to a request is told to look. One that was noted
-- and has not begun is fenced ahead: its beginning may be on the way, and is refused then. Follows
-- task-state.lua.
--
-- KEYS[1]  the task's state
-- ARGV[1]  the run
-- ARGV[2]  the task's channel
-- ARGV[3]  SPUBLISH or PUBLISH
-- ARGV[4]  how long a state stays that there was not before, in seconds
-- Returns 1 when the run went on until now, 2 when others ended it before, 0 when it never began or came to
-- its own end, 3 when nothing is known of the task: the run never began, or the state was lost.
local state, run = KEYS[1], ARGV[1]
local known = look_up(state, run)
require_state_rights(state)
if goes_on(state, run, known) then
  require_channel(ARGV[3], ARGV[2])
  fence_run(state, run, FENCED)
  redis.call(ARGV[3], ARGV[2], 'C')
  return 1
end
if known.fence == FENCED or known.fence == FENCED_BY_END then return 2 end
if known.fence then return known.fence == FENCED_UNKNOWN and 3 or 0 end
if known.count then return 0 end
local is_known = redis.call('EXISTS', state) == 1
fence_run(state, run, is_known and FENCED_AHEAD or FENCED_UNKNOWN)
if not is_known then keep_state(state, ARGV[4]) end
return is_known and 0 or 3
