import { TaskState } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import { expect, it } from 'vitest';

import type { Fault } from '../scenario/scenario.ts';
import { checkBounds } from './check-bounds.ts';
import { checkDelay } from './check-delay.ts';
import { checkEnds } from './check-ends.ts';
import { checkIsolation } from './check-isolation.ts';
import { checkLog } from './check-log.ts';
import { checkMeaning } from './check-meaning.ts';
import { checkPromises } from './check-promises.ts';
import { checkStore } from './check-store.ts';
import { checkSubscribers } from './check-subscribers.ts';
import { checkTrouble } from './check-trouble.ts';
import { checkWebhooks } from './check-webhooks.ts';
import { signatureOf } from './finding.ts';
import { finds } from './testing/finds.ts';
import {
  acceptedOf,
  type Arrival,
  artifact,
  callOf,
  cancelCall,
  end,
  executionOf,
  LOOKED_AT,
  lose,
  outcomeOf,
  report,
  resubscribeCall,
  type Scene,
  snapshot,
  status,
  store,
  streamCall,
  subscribe,
  task,
  TASK_ID,
  told,
  untold,
  wholeScene,
} from './testing/scene.ts';

const {
  TASK_STATE_CANCELED: CANCELED,
  TASK_STATE_COMPLETED: COMPLETED,
  TASK_STATE_FAILED: FAILED,
  TASK_STATE_INPUT_REQUIRED: INPUT_REQUIRED,
  TASK_STATE_WORKING: WORKING,
} = TaskState;

it('finds nothing where all promises are kept', () => {
  expect(checkPromises(outcomeOf(wholeScene()))).toEqual([]);
});

finds('checkIsolation', checkIsolation, {
  'P2 a foreign task is listed': ({ rest, stored }) => {
    const all = stored.flatMap((each) => each.task ?? []);
    rest.lists = new Map([
      ['ann', all],
      ['ben', all],
    ]);
  },
  'P8 tasks cannot be listed': ({ rest }) => {
    rest.lists = new Map([['ann', undefined]]);
  },
  'P1 a list differs from the tasks': ({ rest }) => {
    rest.lists = new Map([['ann', []]]);
  },
});

finds('checkLog', checkLog, {
  'P4 an event is accepted twice': ({ accepted }) => {
    accepted.push(acceptedOf(4));
  },
  'P4 events are accepted out of order': ({ accepted }) => {
    accepted.push(acceptedOf(7), acceptedOf(6));
  },
  'P11 an event is accepted of a run that was ended': ({ accepted }) => {
    accepted.push(acceptedOf(6, { isFenced: true }));
  },
  'P4 a run is accepted after a later one': ({ accepted }) => {
    accepted.push(acceptedOf(1, { run: 'r-2' }), acceptedOf(6));
  },
});

it('takes what is accepted again after a loss, and the end of a run by others, for no fault', () => {
  const scene = wholeScene();
  scene.accepted.push(acceptedOf(4, { losses: 1 }), acceptedOf(1, { run: 'r-1-end' }));
  expect(checkLog(outcomeOf(scene))).toEqual([]);
});

finds('checkDelay', checkDelay, {
  'P5 an event arrives late': ({ calls }) => {
    calls[1]?.responses.splice(1, 1, artifact('e0.4', 1600));
  },
  'P6 a cancel is answered late': ({ calls }) => {
    calls.push({ ...callOf(cancelCall(2), []), endedAt: 2500 });
  },
  'P6 who cancels does not hear that the executor refused': ({ calls, cancels }) => {
    calls.push(callOf(cancelCall(2), []));
    cancels.push({ at: 1200, taskId: 't1', execution: 'e0', reaction: 'refuse' });
  },
  'P4 an executor is asked to cancel repeatedly': ({ cancels }) => {
    cancels.push({ at: 1000, taskId: 't1', execution: 'e0', reaction: 'obey' });
  },
});

it.each<[string, (scene: Scene) => void]>([
  [
    'something fails',
    (scene) => {
      scene.faults = [{ at: 0, kind: 'flush' }];
    },
  ],
  [
    'the executor does nothing',
    ({ calls }) => {
      calls.push(callOf(streamCall(3, 0, { onCancel: 'ignore' }), []));
    },
  ],
])('expects no answer to a cancel soon where %s', (_, change) => {
  const scene = wholeScene();
  scene.calls.push({ ...callOf(cancelCall(2), []), endedAt: 2500 });
  change(scene);
  expect(checkDelay(outcomeOf(scene))).toEqual([]);
});

it('expects no event soon where something fails', () => {
  const scene = wholeScene();
  scene.faults = [{ at: 0, kind: 'flush' }];
  scene.calls[1]?.responses.splice(1, 1, artifact('e0.4', 1600));
  expect(checkDelay(outcomeOf(scene))).toEqual([]);
});

finds('checkStore', checkStore, {
  'P12 a part that was accepted is not stored': ({ accepted }) => {
    accepted.splice(4, 0, acceptedOf(5, { tokens: ['e0.9'] }));
  },
  'P1 the index shows a task in several states': ({ rest }) => {
    rest.indexed = [`t:{::}:tasks:s:1 ${TASK_ID}`, `t:{::}:tasks:s:3 ${TASK_ID}`];
  },
  'P12 a task that was told is not stored': (scene) => {
    store(scene, undefined);
  },
  'P4 stored twice': (scene) => {
    store(scene, task(COMPLETED, 'e0.5', ['e0.3', 'e0.4', 'e0.4']));
  },
  'P4 stored twice after a loss': (scene) => {
    store(scene, task(COMPLETED, 'e0.5', ['e0.3', 'e0.4', 'e0.4']));
    lose(scene, 1350);
  },
  'P4 a message stored twice': (scene) => {
    const twice = task(COMPLETED, 'e0.5', ['e0.3', 'e0.4']);
    store(scene, { ...twice, history: [...twice.history, ...twice.history] });
  },
  'P4 stored out of order': (scene) => {
    store(scene, task(COMPLETED, 'e0.5', ['e0.4', 'e0.3']));
  },
  'P3 a message is lost': (scene) => {
    scene.calls.push(callOf(streamCall(2, 0), []));
    scene.executions.push(executionOf('e1', 2, 5000, []));
  },
  'P12 a part that was told is not stored': (scene) => {
    scene.accepted = [];
    store(scene, task(COMPLETED, 'e0.5', ['e0.3']));
  },
  'P12 a part that was told is not stored, of several executions at once': (scene) => {
    scene.accepted = [];
    store(scene, task(COMPLETED, 'e0.5', ['e0.3']));
    scene.executions.push(executionOf('e1', 0, 1250, []));
  },
  'P12 a part that was told is not stored, under an id of its own': (scene) => {
    scene.accepted = [];
    store(scene, task(COMPLETED, 'e0.5', ['e0.3']));
    scene.calls.push(callOf(streamCall(2, undefined, { hasOwnId: true }), []));
  },
});

finds('checkSubscribers', checkSubscribers, {
  'P5 a subscriber is sent away while the task waits': (scene) => {
    const waiting = snapshot(task(INPUT_REQUIRED, 'e0.2', ['e0.3']), 1250);
    scene.calls.splice(1, 1, callOf(resubscribeCall(1), [waiting]));
    scene.executions.push(executionOf('e1', 0, 1500, []));
    untold(scene, task(INPUT_REQUIRED, 'e0.2', ['e0.3', 'e0.4']));
    scene.calls = [callOf(resubscribeCall(1), [waiting])];
  },
  'P4 repeated to a subscriber': (scene) => {
    subscribe(scene, ['e0.3'], [artifact('e0.3', 1300), artifact('e0.4', 1310), end(1400)]);
  },
  'P4 out of order to a subscriber': (scene) => {
    const parts = [artifact('e0.4', 1300), artifact('e0.3', 1310)];
    subscribe(scene, [], [...parts, end(1400)]);
  },
  'P5 gap to a listener': ({ calls }) => {
    calls[0]?.responses.splice(2, 1);
  },
  'P5 gap to a subscriber': (scene) => {
    subscribe(scene, ['e0.3'], [end(1400)]);
  },
  'P6 a listener ends without the end': ({ calls }) => {
    calls[0]?.responses.pop();
  },
  'P6 a subscriber ends without the end': (scene) => {
    subscribe(scene, ['e0.3'], [artifact('e0.4', 1310)], 2000);
  },
  'P5 a subscriber ends without all parts': (scene) => {
    subscribe(scene, ['e0.3'], [status(COMPLETED, 'told-from-the-store', 9000)]);
  },
});

it.each([
  ['failed', []],
  ['ended', ['P5 gap to a listener']],
] as const)('expects of a stream that %s what came with its task', (outcome, found) => {
  const scene = wholeScene();
  const [stream] = scene.calls;
  if (stream === undefined) throw new Error('The scene has no stream.');
  // The task as it is when it is told holds what comes after it.
  stream.responses[0] = snapshot(task(COMPLETED, 'e0.5', ['e0.3', 'e0.4']), 1110);
  stream.responses.splice(3);
  stream.outcome = outcome;
  expect(checkSubscribers(outcomeOf(scene)).map(signatureOf)).toEqual(found);
});

it('expects nothing of a subscriber that was lost before it came', () => {
  const scene = wholeScene();
  subscribe(scene, ['e0.4'], [end(1400)]);
  store(scene, task(COMPLETED, 'e0.5', ['e0.4']));
  lose(scene, 1230);
  expect(checkSubscribers(outcomeOf(scene))).toEqual([]);
});

it.each([
  ['a snapshot has', snapshot, ['P6 a subscriber ends without the end']],
  ['came as an event', (_: unknown, at: number): Arrival => status(INPUT_REQUIRED, 'e0.2', at), []],
])('tells an end at a question that %s from one without the end', (_, arrival, found) => {
  const scene = wholeScene();
  untold(scene, task(CANCELED, 'x', ['e0.3']));
  scene.executions = [];
  scene.calls = [callOf(resubscribeCall(1), [arrival(task(INPUT_REQUIRED, 'e0.2', []), 2000)])];
  expect(checkSubscribers(outcomeOf(scene)).map(signatureOf)).toEqual(found);
});

it.each([
  ['as it was', 'returned', 2100, []],
  ['as it was, long ago', 'returned', 500, ['P6 a subscriber ends without the end']],
  ['with a failure', 'threw', 2100, ['P6 a subscriber ends without the end']],
] as const)('expects no end of a task that its executor left %s', (_, outcome, endedAt, found) => {
  const scene = wholeScene();
  untold(scene, task(CANCELED, 'x', []));
  const published = [{ at: 1100, token: 'e0.1', kind: 'status' as const, state: WORKING }];
  scene.executions = [{ ...executionOf('e0', 0, 1100, published), outcome }];
  scene.accepted = [acceptedOf(1, { run: 'r-9-end', isEnd: true, at: endedAt })];
  scene.calls = [callOf(resubscribeCall(1), [snapshot(task(WORKING, 'e0.1', []), 2000)])];
  Object.assign(scene.calls[0] ?? {}, { endedAt: 2110 });
  expect(checkSubscribers(outcomeOf(scene)).map(signatureOf)).toEqual(found);
});

finds('checkEnds', checkEnds, {
  'P6 a resubscribe never ends': ({ calls }) => {
    Object.assign(calls[1] ?? {}, { endedAt: LOOKED_AT + 10, outcome: 'failed' });
  },
  'P8 a task cannot be read': ({ stored }) => {
    stored.splice(0, 1, {
      taskId: TASK_ID,
      user: 'ann',
      task: undefined,
      error: new Error('no answer'),
    });
  },
  'P11 a task stays open': (scene) => {
    untold(scene, task(WORKING, 'e0.2', []));
  },
  'P11 a task stays open after a loss': (scene) => {
    untold(scene, task(WORKING, 'e0.2', []));
    lose(scene, 1350);
  },
  'P11 different ends are told': ({ webhooks }) => {
    webhooks.push(told(status(CANCELED, 'x', 1500)));
  },
  'P6 a healthy replica is taken to be gone': (scene) => {
    untold(scene, task(FAILED, 'r1-1-end', []));
  },
  'P6 a healthy replica is taken to be gone after a loss': (scene) => {
    untold(scene, task(FAILED, 'r1-1-end', []));
    lose(scene, 1350);
  },
  'P6 what a replica accepts after it is back is failed': (scene) => {
    untold(scene, task(FAILED, 'r1-1-end', [], 3200));
    scene.faults = [{ at: 0, ...stall(2000) }];
    scene.executions = [executionOf('e0', 0, 3100, [])];
  },
  'P11 an executor begins whose run was ended before': (scene) => {
    untold(scene, task(FAILED, 'r1-1-end', []));
    scene.faults = [{ at: 5000, ...stall(2000) }];
    scene.executions.push(executionOf('e1', 2, 4000, []));
  },
});

it.each([
  ['a question that was not stored', INPUT_REQUIRED, ['P11 a task stays open']],
  ['an executor that left its task as it is', WORKING, []],
])('tells %s from other open tasks', (_, last, found) => {
  const scene = wholeScene();
  untold(scene, task(WORKING, 'e0.2', []));
  const published = [{ at: 1100, token: 'e0.1', kind: 'status' as const, state: last }];
  scene.executions = [executionOf('e0', 0, 1100, published)];
  expect(checkEnds(outcomeOf(scene)).map(signatureOf)).toEqual(found);
});

it('takes no replica to be healthy that needed so long to connect again', () => {
  const scene = wholeScene();
  untold(scene, task(FAILED, 'r1-1-end', []));
  scene.faults = [{ at: 200, kind: 'cut-off', replica: 0, forMs: 600, noticedAfterMs: 1 }];
  expect(checkEnds(outcomeOf(scene))).toEqual([]);
});

it('takes no replica to be gone whose events Redis refused for too long', () => {
  const scene = wholeScene();
  const failed = task(FAILED, 'r1-1-end', []);
  const message = failed.status?.message;
  Object.assign(message ?? {}, {
    parts: [{ content: { $case: 'text', value: 'Redis did not accept in time what …' } }],
  });
  untold(scene, failed);
  expect(message?.parts).toHaveLength(1);
  expect(checkEnds(outcomeOf(scene))).toEqual([]);
});

finds('checkWebhooks', checkWebhooks, {
  'webhooks an event is told twice': ({ webhooks }) => {
    webhooks.splice(1, 0, told(artifact('e0.3', 1300)));
  },
  'webhooks events are told out of order': ({ webhooks }) => {
    webhooks.splice(0, 2, told(artifact('e0.4', 1300)), told(artifact('e0.3', 1310)));
  },
  'webhooks several ends are told': ({ webhooks }) => {
    webhooks.push(told(status(CANCELED, 'x', 1500)));
  },
  'webhooks events are told after the end': ({ webhooks }) => {
    webhooks.push(told(status(WORKING, 'e0.6', 1500)));
  },
  'webhooks an end is not told': ({ webhooks }) => {
    webhooks.pop();
  },
});

finds('checkBounds', checkBounds, {
  'P7 a run is left in the state of its task': ({ rest }) => {
    rest.enteredRuns = ['r:r-1'];
  },
  'P7 a key has no expiry': ({ rest }) => {
    rest.keys = [{ key: 'q:{:ann:t1}:state', expiresAt: undefined }];
  },
  'P7 a note of a run is left': ({ rest }) => {
    rest.keys = [{ key: 'q:{run:r1}', expiresAt: undefined }];
  },
  'P7 a subscription is left': ({ rest }) => {
    rest.channels = ['channel:q:{:ann:t1}:events'];
  },
  'P7 timers are left': ({ rest }) => {
    rest.alive = [{ name: 'A1', timers: 100, connections: 2 }];
  },
  'P7 a process has too many connections': ({ rest }) => {
    rest.alive = [{ name: 'A1', timers: 2, connections: 3 }];
  },
  'P7 a connection is left after close': ({ rest }) => {
    rest.leftOpen = ['A1'];
  },
  'P7 a close does not end': ({ rest }) => {
    rest.unclosed = ['A1'];
  },
  'P7 a key is left after close': ({ rest }) => {
    rest.keysAfterClose = [{ key: 'q:{run:r1}', expiresAt: undefined }];
  },
  'P7 a subscription is left after close': ({ rest }) => {
    rest.channelsAfterClose = ['channel:q:{:ann:t1}:events'];
  },
});

finds('checkTrouble', checkTrouble, {
  'P8 an unhandled rejection': (scene) => {
    report(scene, 'unhandled', new A2ARedisError('EVENTS_LOST', 'x'));
  },
  'P10 a report without a fault': (scene) => {
    report(scene, 'reported', new A2ARedisError('EVENTS_LOST', 'x'));
  },
  'P10 a report without a fault, of several executions at once': (scene) => {
    report(scene, 'reported', new A2ARedisError('EVENTS_LOST', `of task "${TASK_ID}"`));
    scene.executions.push(executionOf('e1', 0, 1250, []));
  },
  'P10 a report without a code': (scene) => {
    scene.faults = [{ at: 0, kind: 'flush' }];
    report(scene, 'reported', new Error('x'));
  },
  'P10 a call fails without a typed error': ({ calls }) => {
    Object.assign(calls[1] ?? {}, { outcome: 'failed', error: new TypeError('x') });
  },
});

it('takes what is reported at a close for no report without a fault', () => {
  const scene = wholeScene();
  report(scene, 'reported', new A2ARedisError('CLIENT_CLOSED', 'x'), LOOKED_AT + 1);
  expect(checkTrouble(outcomeOf(scene))).toEqual([]);
});

finds('checkMeaning', checkMeaning, {
  'P1 a task has other parts than were published': (scene) => {
    store(scene, task(COMPLETED, 'e0.5', ['e0.3']));
  },
  'P1 a task has another state than was published': (scene) => {
    store(scene, task(FAILED, 'e0.5', ['e0.3', 'e0.4']));
  },
});

function stall(forMs: number): Omit<Extract<Fault, { readonly kind: 'stall' }>, 'at'> {
  return { kind: 'stall', replica: 0, direction: 'both', forMs };
}
