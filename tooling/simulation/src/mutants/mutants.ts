import type { SourceChange } from '../run/bundle.ts';
import type { Profile } from '../scenario/scenario.ts';

/** A fault put into the sources, which the simulator must find. */
export interface Mutant extends SourceChange {
  readonly name: string;
  /** The kinds of fault under which it shows. */
  readonly profiles: readonly Profile[];
}

const CORE = 'packages/core/src';
const EVENTS = `${CORE}/events`;
const STREAMS = 'packages/streams-queue/src';
const PUBSUB = 'packages/pubsub-queue/src';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'append-events.lua without its fence check',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "if stored[5] then return 'fenced' end",
    to: '',
    profiles: ['pause', 'cut-off', 'stall'],
  },
  {
    name: 'append-events.lua without its duplicate guard',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'for i = math.max(1, applied - first + 2), count do',
    to: 'for i = 1, count do',
    profiles: ['cut'],
  },
  {
    name: 'append-events.lua without the expiry of the log',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: "redis.call('EXPIRE', log, kept)",
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'append-events.lua does not announce',
    file: `${STREAMS}/scripts/append-events.lua`,
    from: 'redis.call(ARGV[4], ARGV[3], message)',
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'StreamFeed without its gap check',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (this.#reading !== undefined || next.sequence !== position.sequence + 1) {',
    to: 'if (this.#reading !== undefined) {',
    profiles: ['cut', 'stall'],
  },
  {
    name: 'StreamFeed without its epoch check',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (position?.epoch === epoch) return position;',
    to: 'if (position !== undefined) return position;',
    profiles: ['flush', 'restart'],
  },
  {
    name: 'StreamFeed notes where the log stands without waiting for its subscription',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'await this.#parts.join(this.#task.channel, this.#onMessage);',
    to: 'void this.#parts.join(this.#task.channel, this.#onMessage);',
    profiles: ['calm'],
  },
  {
    name: 'StreamFeed hands on what it has had',
    file: `${STREAMS}/stream-feed.ts`,
    from: 'if (entry.sequence > position.sequence) this.#handOn(entry);',
    to: 'this.#handOn(entry);',
    profiles: ['calm', 'cut'],
  },
  {
    name: 'publish-events.lua without its duplicate guard',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: 'local from = math.max(first, sent + 1)',
    to: 'local from = first',
    profiles: ['cut'],
  },
  {
    name: 'publish-events.lua without its fence check',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: "if redis.call('HEXISTS', state, 'f:' .. run) == 1 then return 'fenced' end",
    to: '',
    profiles: ['pause', 'cut-off', 'stall'],
  },
  {
    name: 'publish-events.lua without the expiry of the state',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: "redis.call('EXPIRE', state, ended and ARGV[6] or ARGV[5])",
    to: "redis.call('PERSIST', state)",
    profiles: ['calm', 'kill'],
  },
  {
    name: 'PubSubFeed does not tell what it lost',
    file: `${PUBSUB}/pubsub-feed.ts`,
    from: 'if (counter > before + 1 && !isOwn) {',
    to: 'if (counter > before + 1000 && !isOwn) {',
    profiles: ['cut'],
  },
  {
    name: 'PubSubFeed hands on what it has had',
    file: `${PUBSUB}/pubsub-feed.ts`,
    from: 'if (counter <= before) continue;',
    to: '',
    profiles: ['calm', 'cut'],
  },
  {
    name: 'begin-run.lua without its fence check',
    file: `${EVENTS}/scripts/begin-run.lua`,
    from: "if redis.call('HEXISTS', KEYS[1], 'f:' .. ARGV[1]) == 1 then return 0 end",
    to: '',
    profiles: ['pause', 'cut-off', 'stall'],
  },
  {
    name: 'fence-run.lua forgets who was fenced',
    file: `${EVENTS}/scripts/fence-run.lua`,
    from: "redis.call('HSET', KEYS[1], 'f:' .. ARGV[1], '')",
    to: '',
    profiles: ['pause', 'cut-off', 'stall', 'kill'],
  },
  {
    name: 'a run is not noted where others look',
    file: `${EVENTS}/task-runs.ts`,
    from: 'await this.#runner.run(noteRunScript, [this.#notes(run)], [run, note]);',
    to: 'void note;',
    profiles: ['kill'],
  },
  {
    name: 'nobody is taken to be gone',
    file: `${EVENTS}/replica-lease.ts`,
    from: 'if (leftMs <= 0) expired.push(replica);',
    to: '',
    profiles: ['kill'],
  },
  {
    name: 'everybody is taken to be gone after an outage',
    file: `${EVENTS}/replica-lease.ts`,
    from: 'this.#events.onExpired(this.#isSteady ? expired : []);',
    to: 'this.#events.onExpired(expired);',
    profiles: ['restart', 'cut'],
  },
  {
    name: 'the end of a lost run is not sent',
    file: `${EVENTS}/task-ender.ts`,
    from: 'if (bodies.length > 0) {',
    to: 'if (bodies.length > 99) {',
    profiles: ['kill'],
  },
  {
    name: 'what a lost run published is not stored',
    file: `${EVENTS}/task-ender.ts`,
    from: 'await this.#save(context, [...left, ...(end === undefined ? [] : [end])]);',
    to: 'await this.#save(context, [...(end === undefined ? [] : [end])]);',
    profiles: ['kill'],
  },
  {
    name: 'a subscriber gets what its snapshot holds',
    file: `${EVENTS}/joined-bus.ts`,
    from: 'if (this.#applied?.has(mark) !== true) this.#give(event);',
    to: 'this.#give(event);',
    profiles: ['calm'],
  },
  {
    name: 'a subscriber does not get what came before its snapshot',
    file: `${EVENTS}/joined-bus.ts`,
    from: 'for (const event of held) this.#take(event);',
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'a subscription is not confirmed before it counts',
    file: `${EVENTS}/channel-hub.ts`,
    from: 'await channel.settled;',
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'webhooks are told by every request',
    file: `${EVENTS}/distributed-sender.ts`,
    from: 'if (!this.#isOwn(mark.publisher) || this.#sent.has(text)) return false;',
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'webhooks overtake one another',
    file: `${EVENTS}/distributed-sender.ts`,
    from: 'const sending = earlier.then(async () => this.#sender.send(response, context, task));',
    to: 'const sending = this.#sender.send(response, context, task);',
    profiles: ['calm'],
  },
  {
    name: 'save-task.lua without its version check',
    file: 'packages/task-store/src/scripts/save-task.lua',
    from: "if ARGV[1] ~= '' and ARGV[1] ~= version then",
    to: 'if false then',
    profiles: ['calm'],
  },
  {
    name: 'index-task.lua leaves the entry that is replaced',
    file: `${CORE}/tasks/scripts/index-task.lua`,
    from: "if i == 1 or i > 4 then redis.call('ZREM', KEYS[k + i], ARGV[a + 4]) end",
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'a paused task is not open',
    file: `${EVENTS}/scripts/pause-run.lua`,
    from: "redis.call('HSET', state, 'open', '', 'paused', table.concat(paused, ' '))",
    to: "redis.call('HSET', state, 'paused', table.concat(paused, ' '))",
    profiles: ['calm'],
  },
  {
    name: 'a cancel elsewhere is not announced',
    file: `${EVENTS}/cancel-requests.ts`,
    from: 'void this.#handle(request, this.#handler);',
    to: '',
    profiles: ['calm'],
  },
  {
    name: 'a store applies a marked event as often as it hears it',
    file: `${CORE}/tasks/apply-event.ts`,
    from: 'if (ledger.has(event.mark)) return withMessages(base, mine, theirs);',
    to: '',
    profiles: ['calm'],
  },
];
