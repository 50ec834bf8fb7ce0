import { type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type PushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { earlierTask } from '../../../test/event-arbitraries.ts';
import type { EventId } from '../../event-ids/event-id.ts';
import { scopeResolver } from '../../shared/scope.ts';
import { type StoredEvent, Webhooks } from './webhooks.ts';

const context = new ServerCallContext();
const SCOPE = scopeResolver()(context);
const parts = {
  isOwn: () => true,
  resolveScope: scopeResolver(),
  persist: async (work: () => Promise<void>): Promise<void> => work(),
};

function stored(text: string, publisher: string, counter: number): StoredEvent {
  const event = AgentEvent.statusUpdate({
    taskId: earlierTask.id,
    contextId: 'c',
    status: { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: text },
    metadata: undefined,
  });
  const taskAfter = async (): Promise<typeof earlierTask> => {
    // What is told first takes longest to look up.
    for (let turn = 5 - counter; turn > 0; turn -= 1) await new Promise(setImmediate);
    return earlierTask;
  };
  return { eventId: { publisher, counter }, event, taskId: earlierTask.id, context, taskAfter };
}

function recorder(name: string, told: string[]): PushNotificationSender {
  return {
    send: async ({ payload }) => {
      const text = payload?.$case === 'statusUpdate' ? payload.value.status?.timestamp : undefined;
      told.push(`${name} ${text ?? ''}`);
    },
  };
}

/** Resolves when all has been told. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
}

describe('Webhooks', () => {
  it('are told of the end that this process gives after all that it published', async () => {
    const told: string[] = [];
    const webhooks = new Webhooks(undefined, parts, (error) => expect.unreachable(String(error)));
    webhooks.distribute(recorder('all', told));
    webhooks.tell(stored('1', 'own-1', 1));
    webhooks.tell(stored('2', 'own-1', 2));
    webhooks.tellEnd(stored('end', 'own-1-end', 1));
    // Several may have found that the task is to be ended.
    webhooks.tellEnd(stored('end', 'own-1-end', 1));
    await settled();
    expect(told).toEqual(['all 1', 'all 2', 'all end']);
  });

  it('are told of ends by the sender for that, in the same order', async () => {
    const told: string[] = [];
    const webhooks = new Webhooks(recorder('ends', told), parts, (error) =>
      expect.unreachable(String(error)),
    );
    webhooks.distribute(recorder('all', told));
    webhooks.tell(stored('1', 'own-1', 1));
    webhooks.tellEnd(stored('end', 'own-1-end', 2));
    await settled();
    expect(told).toEqual(['all 1', 'ends end']);
  });

  it('report what cannot be told, and go on', async () => {
    const told: string[] = [];
    const errors: unknown[] = [];
    const webhooks = new Webhooks(undefined, parts, (error) => errors.push(error));
    webhooks.distribute(recorder('all', told));
    const failing = {
      ...stored('1', 'own-1', 1),
      taskAfter: () => Promise.reject(new Error('no')),
    };
    webhooks.tell(failing);
    webhooks.tell(stored('2', 'own-1', 2));
    await settled();
    expect(told).toEqual(['all 2']);
    expect(errors).toEqual([new Error('no')]);
  });

  it('are told until all is settled, also of what comes meanwhile', async () => {
    const told: string[] = [];
    const webhooks = new Webhooks(undefined, parts, (error) => expect.unreachable(String(error)));
    const inner = recorder('all', told);
    webhooks.distribute({
      send: async (response, asWhom, task) => {
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        if (told.length === 0) webhooks.tell(stored('3', 'own-1', 3));
        await inner.send(response, asWhom, task);
      },
    });
    expect(webhooks.underWay).toBe(0);
    webhooks.tell(stored('1', 'own-1', 1));
    webhooks.tell(stored('2', 'own-1', 2));
    expect(webhooks.underWay).toBe(2);
    await webhooks.settled();
    expect(told).toEqual(['all 1', 'all 2', 'all 3']);
    expect(webhooks.underWay).toBe(0);
  });

  it('are kept by a sender that says what it has: each event by its id, whoever tells of it', async () => {
    const kept: string[] = [];
    const sender = {
      send: async () => expect.unreachable('every event has an id'),
      sendEvent: async (
        { publisher, counter }: EventId,
        _response: StreamResponse,
        _context: ServerCallContext,
        _task?: Task,
        acceptedAt?: number,
      ) => void kept.push(`${publisher} ${counter} ${acceptedAt}`),
      toldUpTo: async (taskId: string, _context: ServerCallContext, publisher: string) =>
        taskId === earlierTask.id && publisher === 'gone-1' ? 2 : Infinity,
    };
    const webhooks = new Webhooks(sender, parts, (error) => expect.unreachable(String(error)));
    // For events and for ends: it is told of each once.
    webhooks.distribute(sender);
    webhooks.tell(stored('1', 'own-1', 1));
    await webhooks.tellLogged({ ...stored('3', 'gone-1', 3), acceptedAt: 1000 });
    await webhooks.kept(SCOPE, earlierTask.id);
    expect(kept).toEqual(['own-1 1 undefined', 'gone-1 3 1000']);
    expect(webhooks.isDurable).toBe(true);
    expect(await webhooks.keptUpTo(SCOPE, earlierTask.id, 'gone-1')).toBe(2);
    expect(await webhooks.keptUpTo(SCOPE, earlierTask.id, 'gone-2')).toBe(Infinity);
  });

  it('of a sender that keeps nothing are not waited for', async () => {
    const webhooks = new Webhooks(undefined, parts, (error) => expect.unreachable(String(error)));
    webhooks.distribute({ send: async () => new Promise(() => {}) });
    webhooks.tell(stored('1', 'own-1', 1));
    await webhooks.kept(SCOPE, earlierTask.id);
    expect(webhooks.isDurable).toBe(false);
    expect(await webhooks.keptUpTo(SCOPE, earlierTask.id, 'own-1')).toBe(Infinity);
    expect(webhooks.underWay).toBe(1);
  });
});
