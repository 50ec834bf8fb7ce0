import { TaskState } from '@a2a-js/sdk';
import { expect, it } from 'vitest';

import { checkFailover } from './check-failover.ts';
import { finds } from './testing/finds.ts';
import {
  acceptedOf,
  callOf,
  executionOf,
  outcomeOf,
  resubscribeCall,
  type Scene,
  status,
  task,
  untold,
  wholeScene,
} from './testing/scene.ts';

const { TASK_STATE_FAILED: FAILED } = TaskState;

/** The replica is killed at 1300; within 2000 ms and what the network takes, its task is failed. */
function killed(scene: Scene, failedAt: number): void {
  scene.faults = [{ at: 300, kind: 'kill', replica: 0, restartsAfterMs: undefined }];
  untold(scene, task(FAILED, 'r1-1-end', ['e0.3'], failedAt));
  scene.rest = { alive: [{ name: 'B2', timers: 2, connections: 2 }] };
}

finds('checkFailover', checkFailover, {
  'P6 a task is failed late': (scene) => {
    killed(scene, 3500);
  },
  'P6 who waits for a killed replica is told late': (scene) => {
    killed(scene, 3000);
    scene.calls = [callOf(resubscribeCall(1), [status(FAILED, 'r1-1-end', 3500)])];
  },
  'P6 a task is failed that a living replica executes, of several executions at once': (scene) => {
    killed(scene, 3000);
    scene.accepted = [acceptedOf(5, { at: 3000, isEnd: true })];
    const living = executionOf('e1', 1, 1200, []);
    scene.executions.push({ ...living, replica: 'B2', endedAt: undefined, outcome: 'running' });
  },
});

it.each<[string, (scene: Scene) => void]>([
  ['in time', () => {}],
  [
    'late, as Redis was away, too',
    (scene) => {
      scene.faults = [...scene.faults, { at: 0, kind: 'flush' }];
      untold(scene, task(FAILED, 'r1-1-end', ['e0.3'], 3500));
    },
  ],
  [
    'once a replica was there again',
    (scene) => {
      scene.faults = [{ at: 300, kind: 'kill', replica: 0, restartsAfterMs: 400 }];
      untold(scene, task(FAILED, 'r1-1-end', ['e0.3'], 3500));
    },
  ],
])('takes no failure for late that is %s', (_, change) => {
  const scene = wholeScene();
  killed(scene, 3000);
  change(scene);
  expect(checkFailover(outcomeOf(scene))).toEqual([]);
});
