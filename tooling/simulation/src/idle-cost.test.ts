import { createHash } from 'node:crypto';

import { describe, expect, it, vi } from 'vitest';

import { EPOCH } from './kernel/simulation.ts';
import { SCRIPT_NAMES, scriptSource } from './redis/differential/project-scripts.ts';
import type { Call, Plan, Scenario, Settings } from './scenario/scenario.ts';
import { scriptOf } from './world/server-trace.ts';
import { stateName } from './world/tokens.ts';
import { World } from './world/world.ts';

/** The times are those that a queue manager has by default. */
const SETTINGS: Settings = {
  manager: 'streams',
  replicas: 1,
  failoverMs: 15_000,
  publishDeadlineMs: 30_000,
  maxEventsPerTask: 1000,
  maxMessageBytes: 16_384,
  isSharded: false,
  layout: 'single',
  network: 'quick',
};
const MANAGERS = ['streams', 'pubsub'] as const;
const REPLICAS = [1, 3] as const;
const USER = 'alice';
const MINUTE_MS = 60_000;
/** From which minute on nothing is kept of a task that came to its end at the start, and how many are counted. */
const STEADY_FROM = 10;
const COUNTED = 30;

/** What a replica sends in a minute: the names of scripts and commands, and how many of each at most. */
type Sent = Readonly<Record<string, number>>;

// As the bundle of the simulator has them named.
globalThis.simulatedScripts = new Map(
  SCRIPT_NAMES.map((name) => [createHash('sha1').update(scriptSource(name)).digest('hex'), name]),
);

describe.each(MANAGERS)('an idle replica, with %s,', (manager) => {
  // All that it sends, over all of its connections: six PINGs of each are the client's own.
  const neverServed = { 'renew-lease': 5, PING: 6 };
  const served = { 'renew-lease': 5, PING: 12 };

  it.each(REPLICAS)('sends 5 scripts and 6 PINGs a minute, as one of %s', async (replicas) => {
    const all = await sentInMinutes({ ...SETTINGS, manager, replicas }, []);
    expect(all).toEqual(Array.from({ length: replicas }, () => neverServed));
  });

  it.each(REPLICAS)(
    'has one connection more once it has executed, and sends no script more, as one of %s',
    async (replicas) => {
      const calls = Array.from({ length: replicas }, (_, place) => stream(place, 0, 10));
      const all = await sentInMinutes({ ...SETTINGS, manager, replicas }, calls);
      expect(all).toEqual(Array.from({ length: replicas }, () => served));
    },
  );

  it.each([100, 3000, 20_000])(
    'fails within failoverMs what was killed %d ms after it began, whenever that was',
    async (afterMs) => {
      // From one look of the idle replica to the next.
      for (let beginAt = MINUTE_MS; beginAt < MINUTE_MS + SETTINGS.failoverMs; beginAt += 1000) {
        const settings = { ...SETTINGS, manager, replicas: 2 };
        const tookMs = await failedAfterMs(settings, beginAt, beginAt + afterMs);
        expect(tookMs, `begun at ${beginAt}`).toBeLessThanOrEqual(settings.failoverMs);
      }
    },
  );
});

/** A message whose task is executed for so long. */
function stream(replica: number, at: number, forMs: number): Call {
  const steps: Plan['steps'] = [{ do: 'task' }, { do: 'pause', ms: forMs }, { do: 'complete' }];
  const plan: Plan = { steps, hasOwnId: false, onCancel: 'obey' };
  return { kind: 'stream', id: replica + 1, at, replica, user: USER, plan, withWebhook: false };
}

/** What each replica sends, once nothing is left of what it was asked at the start. */
async function sentInMinutes(settings: Settings, calls: readonly Call[]): Promise<readonly Sent[]> {
  const untilMinute = STEADY_FROM + COUNTED;
  const at = untilMinute * MINUTE_MS;
  const last: Call = { kind: 'list', id: 100, at, replica: 0, user: USER };
  const world = new World({ seed: 1, settings, calls: [...calls, last], faults: [] }, false);
  const { node, simulation } = world;
  const most = new Map<string, Record<string, number>>();
  let minute = 0;
  let inMinute = new Map<string, number>();
  const execute = node.execute.bind(node);
  vi.spyOn(node, 'execute').mockImplementation((connection, args) => {
    const now = Math.floor(simulation.now / MINUTE_MS);
    if (now !== minute) inMinute = new Map();
    minute = now;
    if (minute >= STEADY_FROM && minute < untilMinute) {
      const { name } = connection.owner;
      const what = scriptOf(args);
      const count = (inMinute.get(`${name} ${what}`) ?? 0) + 1;
      inMinute.set(`${name} ${what}`, count);
      const sent = most.get(name) ?? {};
      most.set(name, { ...sent, [what]: Math.max(sent[what] ?? 0, count) });
    }
    return execute(connection, args);
  });
  await world.run();
  return [...most.values()];
}

/** How long after one of two replicas was killed the other one has failed its task, in milliseconds. */
async function failedAfterMs(settings: Settings, beginAt: number, killAt: number): Promise<number> {
  const scenario: Scenario = {
    seed: beginAt,
    settings,
    calls: [stream(0, beginAt, 10 * MINUTE_MS)],
    faults: [{ kind: 'kill', at: killAt, replica: 0, restartsAfterMs: undefined }],
  };
  const { tasks, beganAt } = await new World(scenario, false).run();
  const status = tasks[0]?.task?.status;
  expect(stateName(status?.state)).toBe('FAILED');
  return Date.parse(status?.timestamp ?? '') - EPOCH - beganAt - killAt;
}
