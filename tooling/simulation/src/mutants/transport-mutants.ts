import type { SourceChange } from '../run/bundle.ts';
import {
  APART_CUT,
  CALM,
  DENSE,
  DENSE_CUT,
  DENSE_CUT_OFF,
  DENSE_LOSS,
  KILL,
  type Mutant,
} from './mutant.ts';

const STREAMS = 'packages/streams-queue/src';
const PUBSUB = 'packages/pubsub-queue/src';

/** A subscriber takes what it hears, whatever comes before that. */
const NO_LOOK: SourceChange = {
  file: 'packages/core/src/queue-manager/bus/subscriber-bus.ts',
  from: 'if (counter === 1 || known.has({ publisher, counter: counter - 1 })) return true;',
  to: 'if (counter >= 1) return true;',
};

/** Faults of how events get to other replicas. */
export const TRANSPORT_MUTANTS: readonly Mutant[] = [
  {
    name: 'append-events.lua without its fence check',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'refusal, known = refusal_of(state, a, 10, last_arg)',
    to: 'local _; _, known = refusal_of(state, a, 10, last_arg)',
    conditions: DENSE_CUT_OFF,
  },
  {
    name: 'append-events.lua without its duplicate guard',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'for i = math.max(1, applied - first + 2), count do',
    to: 'for i = 1, count do',
    conditions: APART_CUT,
  },
  {
    name: 'append-events.lua without the expiry of the log',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "redis.call('EXPIRE', log, kept)",
    to: '',
    conditions: CALM,
  },
  {
    name: 'append-events.lua goes on with the epoch of a state that was lost',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "epoch, place = time[1] .. string.format('%06d', tonumber(time[2])), '0-0'",
    to: "epoch, place = '1', '0-0'",
    survives: 'As "StreamFeed tells entries apart by their sequences alone".',
    conditions: DENSE_LOSS,
  },
  {
    name: 'StreamFeed without its gap check',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (this.#reading !== undefined || !followsOn) {',
    to: 'if (this.#reading !== undefined || (!followsOn && after === id)) {',
    survives:
      'The next event that a subscriber hears does not follow what it has, and has it look: see "neither StreamFeed nor a subscriber sees a gap".',
    conditions: DENSE_CUT,
  },
  {
    name: 'neither StreamFeed nor a subscriber sees a gap',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (this.#reading !== undefined || !followsOn) {',
    to: 'if (this.#reading !== undefined || (!followsOn && after === id)) {',
    also: NO_LOOK,
    conditions: DENSE_CUT,
  },
  {
    name: 'StreamFeed tells entries apart by their sequences alone',
    file: `${STREAMS}/log-message.ts`,
    from: 'return ms > otherMs || (ms === otherMs && sequence > otherSequence);',
    to: 'return ms >= 0 && otherMs >= 0 && sequence > otherSequence;',
    survives:
      'A log that begins anew shows by its epoch, by the later ids of its entries, and by events that do not follow what a subscriber has: each sees it without the others.',
    conditions: DENSE_LOSS,
  },
  {
    name: 'StreamFeed without its epoch check',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (position?.epoch === epoch) return position;',
    to: 'if (position !== undefined) return position;',
    survives: 'As "StreamFeed tells entries apart by their sequences alone".',
    conditions: DENSE_LOSS,
  },
  {
    name: 'publish-events.lua without the expiry of the state',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: 'keep_state(state, ended and ARGV[a + 7] or ARGV[a + 6])',
    to: "redis.call('PERSIST', state)",
    conditions: KILL,
  },
  {
    name: 'append-events.lua leaves an ended run entered',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'leave_run(state, run)',
    to: '',
    conditions: CALM,
  },
  {
    name: 'publish-events.lua leaves an ended run entered',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: 'leave_run(state, run)',
    to: '',
    conditions: CALM,
  },
  {
    name: 'append-events.lua drops the last event of a call',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'for i = math.max(1, applied - first + 2), count do',
    to: 'for i = math.max(1, applied - first + 2), math.max(1, count - 1) do',
    conditions: CALM,
  },
  {
    name: 'announce-position.lua does not announce',
    file: `${PUBSUB}/scripts/announce-position.lua`,
    from: 'redis.call(ARGV[2], ARGV[1],',
    to: 'tostring(',
    conditions: CALM,
  },
  {
    name: 'append-events.lua does not announce',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'redis.call(ARGV[a + 5], ARGV[a + 4], message)',
    to: '',
    conditions: DENSE,
  },
  {
    name: 'publish-events.lua without its duplicate guard',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: 'local from = math.max(first, sent + 1)',
    to: 'local from = first',
    conditions: APART_CUT,
  },
  {
    name: 'PubSubFeed does not tell of a gap',
    file: `${PUBSUB}/pubsub-feed.ts`,
    from: 'if (first > before + 1 && ',
    to: 'if (first > before + 1000 && ',
    survives:
      'The next event that a subscriber hears does not follow what it has, and has it look: see "neither PubSubFeed nor a subscriber sees a gap".',
    conditions: DENSE_CUT,
  },
  {
    name: 'neither PubSubFeed nor a subscriber sees a gap',
    file: `${PUBSUB}/pubsub-feed.ts`,
    from: 'if (first > before + 1 && ',
    to: 'if (first > before + 1000 && ',
    also: NO_LOOK,
    conditions: DENSE_CUT,
  },
  {
    name: 'PubSubFeed does not tell what an announced position shows to be lost',
    file: `${PUBSUB}/pubsub-feed.ts`,
    from: 'if (count > 0) this.#lose(',
    to: 'if (count > 1000) this.#lose(',
    survives:
      'The next event does not follow what a subscriber has, and has it look. Without a next event it takes a lost end: 3 of 2,000 seeds show it.',
    conditions: DENSE_CUT,
  },
];
