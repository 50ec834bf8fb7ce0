import { TaskState } from '@a2a-js/sdk';
import { expect, it } from 'vitest';

import { checkCost } from './check-cost.ts';
import { finds } from './testing/finds.ts';
import {
  callOf,
  executionOf,
  outcomeOf,
  type Scene,
  sentOf,
  streamCall,
  wholeScene,
} from './testing/scene.ts';

/** A read that brings the whole record. */
const READ = { script: 'read-task', isWrite: false, answered: ['e0.3', 'e0.4'] };

finds('checkCost', checkCost, {
  'P9 a part is sent again': ({ sent }) => {
    sent.splice(3, 1, sentOf(1301, { tokens: ['e0.3', 'e0.4'] }));
  },
  'P9 a record is read again': ({ sent }) => {
    sent.push(sentOf(1500, READ));
  },
  'P9 a write is longer than what it brings': ({ sent }) => {
    sent.splice(3, 1, sentOf(1301, { tokens: ['e0.4'], bytes: 10_000 }));
  },
  'P9 a task takes more and more calls': ({ sent }) => {
    const looks = { script: 'read-task', isWrite: false };
    for (let at = 1500; at < 1600; at += 1) sent.push(sentOf(at, looks));
  },
});

it.each<[string, (scene: Scene) => void]>([
  [
    'sent again where something fails',
    (scene) => {
      scene.faults = [{ at: 0, kind: 'flush' }];
      scene.sent.push(sentOf(1450, { tokens: ['e0.3', 'e0.4'] }));
    },
  ],
  [
    'sent again by a call that changed nothing',
    ({ sent }) => {
      sent.push(sentOf(1450, { tokens: ['e0.3'], isWrite: false }));
    },
  ],
  [
    'published again with the whole task',
    ({ sent, executions, calls }) => {
      const state = TaskState.TASK_STATE_SUBMITTED;
      const published = [{ at: 2000, token: 'e1.1', kind: 'task' as const, state }];
      executions.push(executionOf('e1', 2, 2000, published));
      calls.push(callOf(streamCall(2, 0), []));
      sent.push(sentOf(2001, { tokens: ['e0.3', 'e0.4', 'e1.1'] }));
    },
  ],
  [
    'moved by earlier ones, where requests store what they hear and another one came later',
    (scene) => {
      scene.settings = { ...scene.settings, layout: 'apart' };
      scene.sent.splice(3, 1, sentOf(1301, { tokens: ['e0.3', 'e0.4'] }));
      scene.calls.push(callOf(streamCall(2, 0), []));
    },
  ],
  [
    'read again after a write of another replica',
    ({ sent }) => {
      sent.push(sentOf(1450, { replica: 'B2' }), sentOf(1500, READ));
    },
  ],
  [
    'read while an earlier answer is under way',
    ({ sent }) => {
      sent.push(sentOf(1402, READ));
    },
  ],
  [
    'read by a list',
    ({ sent, calls }) => {
      const list = { id: 2, at: 1490, replica: 0, user: 'ann', kind: 'list' as const };
      calls.push({ ...callOf(list, []), endedAt: 1510 });
      sent.push(sentOf(1500, READ));
    },
  ],
  [
    'sent as one long text',
    ({ sent, calls }) => {
      const steps = [{ do: 'chunk' as const, artifact: 'a', size: 20_000 }];
      calls.splice(0, 1, callOf(streamCall(0, undefined, { steps }), []));
      sent.splice(3, 1, sentOf(1301, { tokens: ['e0.4'], bytes: 50_000 }));
    },
  ],
])('takes nothing for too much that is %s', (_, change) => {
  const scene = wholeScene();
  change(scene);
  expect(checkCost(outcomeOf(scene))).toEqual([]);
});
