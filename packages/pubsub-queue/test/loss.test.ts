import { TaskState } from '@a2a-js/sdk';
import {
  beginTask,
  type Execution,
  type Listener,
} from '@a2a-redis-internal/contract/queue-fixtures';
import {
  condemnAll,
  Replica,
  useReplicas,
} from '@a2a-redis-internal/contract/redis-queue-managers';
import { describe, expect, it, vi } from 'vitest';

import { LossySubscriber } from './lossy-subscriber.ts';
import { PUBSUB } from './subject.ts';

const used = useReplicas(PUBSUB, 1, {}, { exclusive: true });

/** Another replica than the first. */
async function startReplica(subscriber?: LossySubscriber): Promise<Replica> {
  return Replica.start(PUBSUB, used.server.url, used.prefix, { subscriber });
}

/** An execution on the first replica, and a subscriber that has joined it on another one. */
async function joinOn(b: Replica): Promise<{ execution: Execution; other: Listener }> {
  const { execution } = await beginTask(used.a);
  const other = b.resubscribe(execution.taskId);
  await other.until(1);
  execution.status(TaskState.TASK_STATE_WORKING);
  await other.until(2);
  return { execution, other };
}

async function stored(execution: Execution, parts: number): Promise<void> {
  const { taskId } = execution;
  await vi.waitUntil(async () => (await used.a.stored(taskId))?.parts.length === parts);
}

const lost = (taskId: string, reason: string): string =>
  `Events of task "${taskId}" were lost to a subscriber: ${reason}. Subscribe again for a fresh snapshot.`;

describe('a subscriber that loses messages', () => {
  it('gets the task in their place, once the next one comes', async () => {
    await using subscriber = await LossySubscriber.connect(used.server.url);
    await using b = await startReplica(subscriber);
    const { execution, other } = await joinOn(b);
    subscriber.loses = (message) => message.startsWith('E');
    execution.chunks(3);
    await stored(execution, 3);
    subscriber.loses = () => false;
    execution.chunks(1);
    await other.until(3);
    execution.complete();
    expect((await other.ended).slice(2)).toEqual(['task working 4', 'completed']);
    expect(b.errors.map(({ message }) => message)).toEqual([
      lost(execution.taskId, '3 of them did not come, or could not be sent'),
    ]);
  });

  it('gets the task at its end, with what came before', async () => {
    await using subscriber = await LossySubscriber.connect(used.server.url);
    await using b = await startReplica(subscriber);
    const { execution, other } = await joinOn(b);
    subscriber.loses = (message) => message.startsWith('E');
    execution.chunks(2).complete();
    expect((await other.ended).slice(2)).toEqual(['task completed 2']);
    expect(b.errors.map(({ message }) => message)).toEqual([
      lost(execution.taskId, '3 of them did not come'),
    ]);
  });

  it('hears nothing at all: its end comes from the store all the same', async () => {
    await using subscriber = await LossySubscriber.connect(used.server.url);
    await using b = await startReplica(subscriber);
    const { execution, other } = await joinOn(b);
    subscriber.loses = () => true;
    execution.complete();
    expect((await other.ended).slice(2)).toEqual(['completed']);
  });

  it('and whose task others have ended, has that end from the store', async () => {
    await using subscriber = await LossySubscriber.connect(used.server.url);
    await using b = await startReplica(subscriber);
    const { execution, stream } = await beginTask(b);
    const other = used.a.resubscribe(execution.taskId);
    await other.until(1);
    subscriber.loses = () => true;
    // Condemned, it tells its executor, which returns before anybody has ended the task.
    await condemnAll(used.a.client, `${used.prefix}queues:{replicas}`);
    expect(await stream.ended).toEqual(['task working 0', 'failed']);
    expect(await other.ended).toEqual(['task working 0', 'failed']);
  });

  it('that lost no event is not bothered', async () => {
    await using subscriber = await LossySubscriber.connect(used.server.url);
    await using b = await startReplica(subscriber);
    const { execution, other } = await joinOn(b);
    subscriber.loses = (message) => message.startsWith('P') || message === 'C';
    execution.chunks(2).complete();
    expect((await other.ended).slice(2)).toEqual(['chunk 0', 'chunk 1', 'completed']);
    expect(b.errors).toEqual([]);
  });
});

describe('a subscriber that gets what it cannot read', () => {
  it('is told, and what is wrong with it', async () => {
    await using b = await startReplica();
    const { execution, other } = await joinOn(b);
    const { taskId } = execution;
    const channel = `${used.taskKey(taskId)}:events`;
    await used.a.client.publish(channel, 'Ex-1 1\na{"artifact":{"parts":[null]}}');
    await expect(other.ended).rejects.toThrow(
      `An event of task "${taskId}" was lost to a subscriber: it cannot be read. Subscribe again for a fresh snapshot.`,
    );
    const cause = expect.objectContaining({
      name: 'A2ARedisError',
      code: 'CORRUPT_RECORD',
      message: `An event of task "${taskId}" cannot be read.`,
      detail: `Event 1 of run x-1 in "${channel}" cannot be read.`,
    });
    expect(b.errors).toEqual([expect.objectContaining({ code: 'EVENTS_LOST', cause })]);
    execution.complete();
  });
});

describe('a subscriber whose connection breaks', () => {
  it('is told exactly whether events were published meanwhile', async () => {
    await using subscriber = await LossySubscriber.connect(used.server.url);
    await using b = await startReplica(subscriber);
    const [quiet, busy] = [await joinOn(b), await joinOn(b)];
    subscriber.loses = (message) => message.startsWith('E');
    busy.execution.chunks(2);
    await stored(busy.execution, 2);
    await used.a.client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    expect((await busy.other.until(3)).slice(2)).toEqual(['task working 2']);
    subscriber.loses = () => false;
    quiet.execution.chunks(1).complete();
    expect((await quiet.other.ended).slice(2)).toEqual(['chunk 0', 'completed']);
    expect(b.errors.map(({ message }) => message)).toEqual([
      lost(busy.execution.taskId, '2 of them did not come'),
    ]);
    // The publisher's own listeners had everything, though its connection broke, too.
    expect(used.a.errors.filter(({ message }) => message.startsWith('Events'))).toEqual([]);
    busy.execution.complete();
    expect((await busy.other.ended).slice(3)).toEqual(['completed']);
  });
});
