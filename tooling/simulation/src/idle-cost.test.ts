import { expect, it } from 'vitest';

import type { Settings } from './scenario/scenario.ts';
import { useSimulatedGlobals } from './world/globals.ts';
import { scriptOf } from './world/server-trace.ts';
import { World } from './world/world.ts';

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
const MINUTE_MS = 60_000;

/** How often each script is called, by minute, of replicas that have nothing to do. */
async function idle(settings: Settings, minutes: number): Promise<Record<string, number>[]> {
  const world = new World({ seed: 1, settings, calls: [], faults: [] }, false);
  const { simulation, history, node } = world;
  using _globals = useSimulatedGlobals(simulation, history);
  const counts: Record<string, number>[] = [];
  const { onExecuted } = node;
  node.onExecuted = (execution) => {
    onExecuted?.(execution);
    const [command = '', source = ''] = execution.args;
    if (!command.startsWith('EVAL')) return;
    const minute = Math.floor(simulation.now / MINUTE_MS);
    const script = `${execution.by.name} ${scriptOf([command, source])}`;
    const of = (counts[minute] ??= {});
    of[script] = (of[script] ?? 0) + 1;
  };
  for (let place = 0; place < settings.replicas; place += 1) world.start(place);
  await simulation.run(minutes * MINUTE_MS);
  return counts;
}

it('measures', async () => {
  for (const manager of ['streams', 'pubsub'] as const) {
    console.log(manager, JSON.stringify(await idle({ ...SETTINGS, manager }, 4)));
    console.log(manager, JSON.stringify(await idle({ ...SETTINGS, manager, replicas: 3 }, 2)));
  }
  expect(1).toBe(1);
});
