import { StreamResponse, Task } from '@a2a-js/sdk';
import { expect, test } from 'vitest';

import { decodeEvent, encodeEvent } from './queued-event.ts';

const response = StreamResponse.fromJSON({
  artifactUpdate: {
    taskId: 't',
    artifact: { artifactId: 'a', parts: [{ text: 'line\nline 🦀' }] },
  },
});
const task = Task.fromJSON({ id: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } });

test('an event is read as it was written, behind what scripts put in front', () => {
  const { kind, body } = encodeEvent(response, task);
  expect(kind).toBe('a');
  const event = decodeEvent(`${kind} 1700000000000 run-1.7 0\n${body}`);
  expect(event).toMatchObject({ kind: 'a', queuedAt: 1_700_000_000_000, eventId: 'run-1.7' });
  expect(StreamResponse.fromJSON(JSON.parse(event?.response ?? ''))).toEqual(response);
  expect(Task.fromJSON(JSON.parse(event?.task ?? ''))).toEqual(task);
});

test('the config that an event is for stands before it, and is no part of it', () => {
  const { kind, body } = encodeEvent(response, undefined);
  const target = 'a config\nwith ü';
  const text = `${kind} 1 x ${Buffer.byteLength(target)}\n${target}${body}`;
  expect(decodeEvent(text)).toEqual({
    kind: 'a',
    queuedAt: 1,
    eventId: 'x',
    response: body,
    task: '',
  });
});

test.each([
  [{ statusUpdate: { taskId: 't', status: { state: 'TASK_STATE_COMPLETED' } } }, true],
  [{ statusUpdate: { taskId: 't', status: { state: 'TASK_STATE_INPUT_REQUIRED' } } }, false],
  [{ task: { id: 't', status: { state: 'TASK_STATE_FAILED' } } }, true],
  [{ artifactUpdate: { taskId: 't', artifact: { artifactId: 'a' } } }, false],
  [{ message: { taskId: 't', messageId: 'm' } }, false],
])('%j ends its task: %j', (json, isEnd) => {
  expect(encodeEvent(StreamResponse.fromJSON(json), undefined).isEnd).toBe(isEnd);
});

test.each(['', 'a', 'x 1 e 0\n{}', 'a 1 e\n{}', 'a x e 0\n{}'])('%j is no event', (text) => {
  expect(decodeEvent(text)).toBeUndefined();
});
