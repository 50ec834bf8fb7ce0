import type { Execution } from '../network/server-node.ts';
import { textOf } from '../redis/bytes.ts';
import type { SimulatedRedis } from '../redis/simulated-redis.ts';
import type { AcceptedEvent, History } from './history.ts';

const LOG = /:log$/;
const CHANNEL = /:events$/;
const STATE = /:state$/;

/** The events that a command brought into a task's log, or told on its channel where there is no log. */
export function eventsIn(
  { written, published }: Execution,
  redis: SimulatedRedis,
  { now, losses }: History,
): readonly AcceptedEvent[] {
  const accepted = (place: string, run: string, counter: number): AcceptedEvent => {
    const state = place.replace(LOG, ':state').replace(CHANNEL, ':state');
    const isFenced = redis.execute(['HEXISTS', state, `f:${run}`]) === 1;
    return { at: now, place: textOf(place), run, counter, isFenced, losses: losses.length };
  };
  const events: AcceptedEvent[] = [];
  for (const [command, log = '', ...rest] of written) {
    const [, run = '', , counter = ''] = rest.slice(-6);
    // Entries of no publisher note a gap.
    if (command !== 'XADD' || !LOG.test(log) || run === '-') continue;
    events.push(accepted(log, run, Number(counter)));
  }
  if (events.length > 0) return events;
  for (const { channel, message } of published) {
    const [header = '', ...bodies] = message.split('\n');
    const [, run, first] = /^E(\S+) (\d+)$/.exec(header) ?? [];
    if (run === undefined || !CHANNEL.test(channel)) continue;
    const count = bodies.filter((body) => body !== 'z').length;
    for (let index = 0; index < count; index += 1) {
      events.push(accepted(channel, run, Number(first) + index));
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
