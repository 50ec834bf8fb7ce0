import { CALM, CUT_OFF, FLUSH, KILL, RESTART, type Mutant } from './mutant.ts';

const STREAMS = 'packages/streams-queue/src';
const PUBSUB = 'packages/pubsub-queue/src';

/** Faults of how events get to other replicas. */
export const TRANSPORT_MUTANTS: readonly Mutant[] = [
  {
    name: 'append-events.lua without its duplicate guard',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'for i = math.max(1, applied - first + 2), count do',
    to: 'for i = 1, count do',
    profiles: RESTART,
  },
  {
    name: 'append-events.lua without the expiry of the log',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "redis.call('EXPIRE', log, kept)",
    to: '',
    profiles: CALM,
  },
  {
    name: 'append-events.lua goes on with the epoch of a state that was lost',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "epoch = time[1] .. string.format('%06d', tonumber(time[2]))",
    to: "epoch = '1'",
    profiles: FLUSH,
  },
  {
    name: 'StreamFeed without its gap check',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (this.#reading !== undefined || next.sequence !== position.sequence + 1) {',
    to: 'if (this.#reading !== undefined) {',
    profiles: RESTART,
  },
  {
    name: 'StreamFeed without its epoch check',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (position?.epoch === epoch) return position;',
    to: 'if (position !== undefined) return position;',
    profiles: FLUSH,
  },
  {
    name: 'publish-events.lua without the expiry of the state',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: "redis.call('EXPIRE', state, ended and ARGV[6] or ARGV[5])",
    to: "redis.call('PERSIST', state)",
    profiles: KILL,
  },
  {
    name: 'append-events.lua leaves an ended run entered',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "redis.call('HDEL', state, 'r:' .. run)",
    to: '',
    profiles: CALM,
  },
  {
    name: 'publish-events.lua leaves an ended run entered',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: "redis.call('HDEL', state, 'r:' .. run)",
    to: '',
    profiles: CALM,
  },
  {
    name: 'append-events.lua drops the last event of a call',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'for i = math.max(1, applied - first + 2), count do',
    to: 'for i = math.max(1, applied - first + 2), math.max(1, count - 1) do',
    profiles: CALM,
  },
  {
    name: 'append-events.lua without its fence check',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "if stored[5] then return 'fenced' end",
    to: '',
    profiles: CUT_OFF,
  },
  {
    name: 'announce-position.lua does not announce',
    file: `${PUBSUB}/scripts/announce-position.lua`,
    from: 'redis.call(ARGV[2], ARGV[1],',
    to: 'tostring(',
    profiles: CALM,
  },
];
