import type { Execution } from '../network/server-node.ts';
import { textOf } from '../redis/bytes.ts';
import type { SimulatedRedis } from '../redis/simulated-redis.ts';
import type { AcceptedEvent, History } from './history.ts';

const LOG = /:log$/;
const CHANNEL = /:events$/;
const STATE = /:state$/;
const INDEX = /\}:tasks:s:/;
/** What an artifact of the simulation's agent says: which event brought it. */
const TOKEN = /\be\d+\.\d+\b/g;
const TERMINAL = /"TASK_STATE_(COMPLETED|FAILED|CANCELED|REJECTED)"/;

/** The events that a command brought into a task's log, or told on its channel where there is no log. */
export function eventsIn(
  { written, published }: Execution,
  redis: SimulatedRedis,
  { now, losses }: History,
): readonly AcceptedEvent[] {
  const accepted = (place: string, run: string, counter: number, body: string): AcceptedEvent => {
    const state = place.replace(LOG, ':state').replace(CHANNEL, ':state');
    const isFenced = redis.execute(['HEXISTS', state, `f:${run}`]) === 1;
    return {
      at: now,
      place: textOf(place),
      run,
      counter,
      tokens: body.startsWith('a') ? (body.match(TOKEN) ?? []) : [],
      isTask: body.startsWith('t'),
      isEnd: /^[st]/.test(body) && TERMINAL.test(body),
      isFenced,
      losses: losses.length,
    };
  };
  const events: AcceptedEvent[] = [];
  for (const [command, log = '', ...rest] of written) {
    const [, run = '', , counter = '', , body = ''] = rest.slice(-6);
    // Entries of no publisher note a gap.
    if (command !== 'XADD' || !LOG.test(log) || run === '-') continue;
    events.push(accepted(log, run, Number(counter), body));
  }
  if (events.length > 0) return events;
  for (const { channel, message } of published) {
    const [header = '', ...bodies] = message.split('\n');
    const [, run, first] = /^E(\S+) (\d+)$/.exec(header) ?? [];
    if (run === undefined || !CHANNEL.test(channel)) continue;
    for (const [index, body] of bodies.entries()) {
      if (body !== 'z') events.push(accepted(channel, run, Number(first) + index, body));
    }
  }
  return events;
}

/** The runs that the states of tasks name as being under way. */
export function enteredRuns(redis: SimulatedRedis): readonly string[] {
  return [...redis.keys()].flatMap(({ key, type }) => {
    if (type !== 'hash' || !STATE.test(key)) return [];
    const fields = redis.execute(['HKEYS', key]);
    if (!Array.isArray(fields)) return [];
    return fields.map(String).filter((field) => field.startsWith('r:'));
  });
}

/** The tasks that the index shows in a state, as `<key> <member>`. */
export function indexedStates(redis: SimulatedRedis): readonly string[] {
  return [...redis.keys()].flatMap(({ key, type }) => {
    if (type !== 'zset' || !INDEX.test(key)) return [];
    const members = redis.execute(['ZRANGE', key, '0', '-1']);
    if (!Array.isArray(members)) return [];
    return members.map((member) => `${textOf(key)} ${textOf(String(member))}`);
  });
}
