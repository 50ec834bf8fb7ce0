import { CUT, DENSE, DENSE_CUT, DENSE_LOSS, type Mutant, WHOLE_MANAGER } from './mutant.ts';

const MANAGER = 'packages/core/src/queue-manager';
const PUBSUB = 'packages/pubsub-queue/src';
const STREAMS = 'packages/streams-queue/src';

/** Faults of what subscribers get, of what they get in place of what was lost, and of their channels. */
export const SUBSCRIBER_MUTANTS: readonly Mutant[] = [
  {
    name: 'Pub/Sub: the state of a task goes with its end',
    file: `${PUBSUB}/task-channel.ts`,
    from: 'const ENDED_SECONDS = 300;',
    to: 'const ENDED_SECONDS = 0;',
    conditions: DENSE,
  },
  {
    name: 'Pub/Sub: nothing is made up for a message that was lost',
    file: `${MANAGER}/bus/subscriber-bus.ts`,
    from: 'this.#makeUp(news.error);',
    to: '',
    survives:
      'The next event that it hears does not follow what it has, and has it look: see "a subscriber does not look for what comes before the event that it hears".',
    conditions: DENSE_CUT,
  },
  {
    name: 'Pub/Sub: who joins gets no fresh task in place of what was published before',
    file: 'packages/pubsub-queue/src/catch-up.ts',
    from: 'if (held === undefined || isComplete(latest, standing, held)) break;',
    to: 'break;',
    conditions: DENSE,
  },
  {
    name: 'Pub/Sub: what the store holds counts as told, and is not told',
    file: 'packages/pubsub-queue/src/catch-up.ts',
    from: 'return { task: applied.countBeyond(known) === 0 ? undefined : task, applied };',
    to: 'return { task: undefined, applied };',
    conditions: DENSE_CUT,
  },
  {
    name: 'Pub/Sub: what a fresh task holds comes once more after it',
    file: `${MANAGER}/bus/subscriber-bus.ts`,
    from: 'applied: known.union(lacking.applied), isEnded };',
    to: 'applied: known, isEnded };',
    conditions: DENSE_CUT,
  },
  {
    name: 'Pub/Sub: what is lost while a task is looked up is not looked up again',
    file: `${MANAGER}/bus/subscriber-bus.ts`,
    from: 'while (joining.missed !== undefined && this.#state === joining) {',
    to: 'while (joining.missed !== undefined && this.#state !== joining) {',
    survives:
      'The next event that it hears does not follow what it has, and has it look: see "a subscriber does not look for what comes before the event that it hears".',
    conditions: DENSE_CUT,
  },
  {
    name: 'publish-events.lua does not count',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: 'count_events(state, run, last)',
    to: '',
    conditions: DENSE_CUT,
  },
  {
    name: 'pause-run.lua forgets what a run counted that it pauses',
    file: `${MANAGER}/scripts/task-state.lua`,
    from: 'for i = 1, first - 1 do',
    to: 'for i = 1, #earlier do',
    conditions: DENSE_CUT,
  },
  {
    name: 'publish-events.lua publishes an end once more that came before another run began',
    file: `${PUBSUB}/scripts/publish-events.lua`,
    from: "if ARGV[last_arg] == 'z' and not is_known and another_goes_on(state, run) then return end",
    to: '',
    survives:
      'It takes a lost reply to the end of a run, and another run that begins before that end is sent once more.',
    conditions: DENSE_CUT,
  },
  {
    name: 'announce-position.lua does not say that a task is over',
    file: `${PUBSUB}/scripts/announce-position.lua`,
    from: "if all.has_ended then phase = 'over' end",
    to: '',
    survives: 'Who joins reads the state of the task as well, which says so.',
    conditions: DENSE_CUT,
  },
  {
    name: 'a subscriber does not look for what comes before the event that it hears',
    file: `${MANAGER}/bus/subscriber-bus.ts`,
    from: 'if (counter === 1 || known.has({ publisher, counter: counter - 1 })) return true;',
    to: 'if (counter >= 1) return true;',
    survivesTests: WHOLE_MANAGER,
    survives:
      'Feeds see gaps, too: see "neither StreamFeed nor a subscriber sees a gap". What a subscriber alone sees takes a failover between two events: 1 of 2,000 seeds shows it.',
    conditions: DENSE_LOSS,
  },
  {
    name: 'a feed is ready before it was told where the task stands',
    file: `${MANAGER}/events/channel-feed.ts`,
    from: 'await this.place();',
    to: 'void this.place();',
    survives:
      'What comes in does not follow what a subscriber has then, and has it look: see "neither StreamFeed nor a subscriber sees a gap".',
    conditions: DENSE_CUT,
  },
  {
    name: 'StreamFeed does not read what is only announced',
    file: `${STREAMS}/stream-feed.ts`,
    from: `    this.#announce(last);
    this.#read();`,
    to: '    this.#announce(last);',
    conditions: DENSE,
  },
  {
    name: 'StreamFeed does not tell that the log was trimmed beyond what it lacks',
    file: `${STREAMS}/stream-feed.ts`,
    from: "if (first.sequence > from.sequence + 1) this.#lose('its log was trimmed beyond them');",
    to: '',
    conditions: CUT,
  },
  {
    name: 'what a task holds counts for what is looked for in its log',
    file: `${STREAMS}/stream-log.ts`,
    from: 'if (applied.has(eventId)) continue;',
    to: '',
    survives: 'Who gets events once more leaves out what it has, by their ids.',
    conditions: DENSE,
  },
  {
    name: 'a channel is left once, whatever becomes of that',
    file: `${MANAGER}/messages/channel-hub.ts`,
    from: 'return isPassing(error);',
    to: 'return false;',
    conditions: DENSE_CUT,
  },
  {
    name: 'a channel is joined again while it is being left',
    file: `${MANAGER}/messages/channel-hub.ts`,
    from: 'await this.#leaving.get(name);',
    to: '',
    survives:
      'It takes a subscription that is wanted again while the reply to its end is on its way: none of 2,000 seeds has that.',
    conditions: DENSE_CUT,
  },
  {
    name: 'a channel is left before it was joined',
    file: `${MANAGER}/messages/channel-hub.ts`,
    from: `  async #unsubscribe(name: string, channel: HubChannel): Promise<void> {
    await channel.subscribed;`,
    to: '  async #unsubscribe(name: string, channel: HubChannel): Promise<void> {',
    survivesTests:
      'It shows where a connection is cut between the two: the client subscribes again to what it left.',
    conditions: DENSE_CUT,
  },
  {
    name: 'who listens to an execution does not get the end that others gave its task',
    file: `${MANAGER}/bus/own-listeners.ts`,
    from: 'if (end !== undefined && !this.#knowEnd) this.#hear(end);',
    to: '',
    conditions: DENSE_CUT,
  },
];
