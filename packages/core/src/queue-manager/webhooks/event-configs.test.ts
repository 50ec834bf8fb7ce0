import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

import { type StreamResponse, TaskPushNotificationConfig, TaskState } from '@a2a-js/sdk';
import {
  DefaultPushNotificationSender,
  InMemoryPushNotificationStore,
  type PushNotificationStore,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { scopeResolver } from '../../shared/scope.ts';
import { DistributedSender } from './distributed-sender.ts';
import { TaskTurns } from '../../shared/task-turns.ts';

const context = new ServerCallContext();
const states = [
  TaskState.TASK_STATE_SUBMITTED,
  TaskState.TASK_STATE_WORKING,
  TaskState.TASK_STATE_COMPLETED,
];

function status(state: TaskState | undefined): StreamResponse {
  const value = {
    taskId: 't',
    contextId: 'c',
    status: { state: state ?? 0, message: undefined, timestamp: undefined },
    metadata: undefined,
  };
  return { payload: { $case: 'statusUpdate', value } };
}

/** As a store that knows configs by task alone, and nothing of versions. */
function withoutMetadata(store: PushNotificationStore): PushNotificationStore {
  return {
    save: async (...args) => store.save(...args),
    load: async (...args) => store.load(...args),
    delete: async (...args) => store.delete(...args),
  };
}

describe.each([
  ['one that tells of versions', (store: PushNotificationStore) => store],
  ['one that does not', withoutMetadata],
])("the configs of the SDK's sender with a store, %s", (_name, wrapped) => {
  const received: string[] = [];
  const held: ServerResponse[] = [];
  let isHolding = true;
  const receiver = createServer((request, response) => {
    received.push(request.url ?? '');
    request.resume();
    if (isHolding) held.push(response);
    else response.end();
  });
  let store: PushNotificationStore;
  let sender: DefaultPushNotificationSender;
  let distributed: DistributedSender;

  const register = async (id: string): Promise<void> => {
    const address = receiver.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const url = `http://127.0.0.1:${port}/${id}`;
    await store.save('t', context, TaskPushNotificationConfig.fromJSON({ id, taskId: 't', url }));
  };
  const answer = async (): Promise<void> => {
    await vi.waitUntil(() => held.length > 0);
    for (const response of held.splice(0)) response.end();
  };

  beforeEach(async () => {
    // The SDK's sender reports every notification on the console.
    vi.spyOn(console, 'info').mockImplementation(() => {});
    // And once a context whose client names no version.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    store = wrapped(new InMemoryPushNotificationStore());
    sender = new DefaultPushNotificationSender(store);
    distributed = new DistributedSender(sender, {
      isOwn: () => true,
      resolveScope: scopeResolver(),
      turns: new TaskTurns(),
      persist: async (work) => work(),
    });
  });
  afterEach(async () => {
    received.length = 0;
    isHolding = true;
    receiver.close();
    receiver.closeAllConnections();
    await once(receiver, 'close');
  });

  it('are those that there were when an event came, though its turn comes later', async () => {
    await register('first');
    const earlier = [states[0], states[1]].map(async (state) =>
      distributed.send(status(state), context),
    );
    await vi.waitUntil(() => held.length === 1);
    await register('second');
    const later = distributed.send(status(states[2]), context);
    isHolding = false;
    await answer();
    await Promise.all([...earlier, later]);
    expect(received.slice(0, 2)).toEqual(['/first', '/first']);
    expect(received.slice(2).toSorted()).toEqual(['/first', '/second']);
  });

  it('are looked up as ever for what is not sent by a manager', async () => {
    await register('first');
    const sending = sender.send(status(states[0]), context);
    await answer();
    await sending;
    expect(received).toEqual(['/first']);
  });

  it('are told once where several managers share the sender', async () => {
    const again = new DistributedSender(sender, {
      isOwn: () => true,
      resolveScope: scopeResolver(),
      turns: new TaskTurns(),
      persist: async (work) => work(),
    });
    await register('first');
    const sending = again.send(status(states[0]), context);
    await answer();
    await sending;
    expect(received).toEqual(['/first']);
  });
});
