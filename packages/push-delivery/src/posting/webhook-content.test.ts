import { type StreamResponse, TaskState } from '@a2a-js/sdk';
import { V1PushNotificationSerializer } from '@a2a-js/sdk/server';
import { expect, test } from 'vitest';

import { WebhookContents } from './webhook-content.ts';

const UPDATE: StreamResponse = {
  payload: {
    $case: 'statusUpdate',
    value: {
      taskId: 'task',
      contextId: 'context',
      status: { state: TaskState.TASK_STATE_COMPLETED, message: undefined, timestamp: undefined },
      metadata: undefined,
    },
  },
};
const { body, contentType } = new V1PushNotificationSerializer().serialize(UPDATE);
const CURRENT = { body, headers: { 'content-type': contentType, 'a2a-version': '1.0' } };

test('a version without a serializer gets that of 1.0, and is reported once', () => {
  const missing: string[] = [];
  const contents = new WebhookContents(undefined, (version) => missing.push(version));
  expect(contents.contentOf(UPDATE, '1.0')).toStrictEqual(CURRENT);
  expect(missing).toEqual([]);
  expect(contents.contentOf(UPDATE, '0.3')).toStrictEqual(CURRENT);
  expect(contents.contentOf(UPDATE, '0.3')).toStrictEqual(CURRENT);
  expect(missing).toEqual(['0.3']);
});

test('serializers are given the task, and may replace that of 1.0', () => {
  const serialize = (name: string) => (response: StreamResponse, task?: { id: string }) => ({
    body: `${name} ${response.payload?.$case ?? ''} ${task?.id ?? ''}`,
    contentType: 'text/plain',
  });
  const contents = new WebhookContents({
    '0.3': { serialize: serialize('old') },
    '1.0': { serialize: serialize('new') },
  });
  const task = {
    id: 't',
    contextId: 'c',
    status: undefined,
    artifacts: [],
    history: [],
    metadata: undefined,
  };
  expect(contents.contentOf(UPDATE, '0.3', task)).toStrictEqual({
    body: 'old statusUpdate t',
    headers: { 'content-type': 'text/plain', 'a2a-version': '0.3' },
  });
  expect(contents.contentOf(UPDATE, '9.9')).toStrictEqual({
    body: 'new statusUpdate ',
    headers: { 'content-type': 'text/plain', 'a2a-version': '1.0' },
  });
});

test.each([
  ['serializers', []],
  ['serializers', null],
  ['serializers.1.0', { '1.0': {} }],
  ['serializers.0.3', { '0.3': () => {} }],
])('%s of %j is refused by name', (name, serializers) => {
  expect(() => Reflect.construct(WebhookContents, [serializers])).toThrow(`Option "${name}"`);
});

test('a text of 1.0 is taken as it is where nothing else would come of it', () => {
  const missing: string[] = [];
  const contents = new WebhookContents(undefined, (version) => missing.push(version));
  const unread = (): never => expect.unreachable('it need not be read');
  expect(contents.contentOfText(body, '1.0', unread)).toStrictEqual(CURRENT);
  expect(contents.contentOfText(body, '0.3', unread)).toStrictEqual(CURRENT);
  expect(missing).toEqual(['0.3']);
});

test('a text of 1.0 is read where another serializer writes it', () => {
  const serialize = (response: StreamResponse): { body: string; contentType: string } => ({
    body: response.payload?.$case ?? '',
    contentType: 'text/plain',
  });
  const contents = new WebhookContents({ '1.0': { serialize } });
  const read = (): { response: StreamResponse; task: undefined } => ({
    response: UPDATE,
    task: undefined,
  });
  expect(contents.contentOfText('', '1.0', read)).toStrictEqual({
    body: 'statusUpdate',
    headers: { 'content-type': 'text/plain', 'a2a-version': '1.0' },
  });
});
