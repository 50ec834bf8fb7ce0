import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import {
  describeTwoReplicas,
  mergeSeen,
  useReplicas,
} from '@a2a-redis-internal/contract/redis-queue-managers';
import { describe, expect, it, vi } from 'vitest';

import { keysOf } from './keys-of.ts';
import { PUBSUB } from './subject.ts';

describeTwoReplicas(PUBSUB);

describe('two replicas', () => {
  const used = useReplicas(PUBSUB, 2);

  /** The state that Redis holds of a task. */
  async function stateOf(taskId: string): Promise<Readonly<Record<string, string>>> {
    return used.a.client.hGetAll(`${used.taskKey(taskId)}:state`);
  }

  async function counters(taskId: string): Promise<ReadonlyMap<string, string>> {
    const fields = Object.entries(Object(await stateOf(taskId)));
    const own = fields.filter(([field]) => field.startsWith('c:'));
    return new Map(own.map(([field, value]) => [field.slice(2), String(value)]));
  }

  it('stream on one, resubscribe on the other: what came before in a snapshot, what comes later as events', async () => {
    const { a, b } = used;
    const { execution, stream } = await beginTask(a);
    execution.chunks(3);
    await stream.until(4);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    // It may still be about to join: then this chunk comes with a fresh snapshot.
    execution.chunks(1);
    const [snapshot, next] = await other.until(2);
    execution.chunks(2).complete();
    expect(snapshot).toBe('task working 3');
    expect(['chunk 3', 'task working 4']).toContain(next);
    expect((await other.ended).slice(2)).toEqual(['chunk 4', 'chunk 5', 'completed']);
    expect(mergeSeen(await stream.ended)).toEqual({ parts: 6, state: 'completed' });
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('leave nothing behind for long but their leases', async () => {
    const { a, b, prefix } = used;
    const { execution, stream } = await beginTask(a);
    const { taskId } = execution;
    execution.chunks(2);
    await stream.until(3);
    await vi.waitUntil(async () => Object.keys(Object(await stateOf(taskId))).length === 2);
    // While it runs: who executes it, and how many events there were. No event. The user is "unknown".
    const [run = ''] = [...(await counters(taskId)).keys()];
    expect(await stateOf(taskId)).toEqual({ [`r:${run}`]: '', [`c:${run}`]: '3' });
    const replica = run.slice(0, run.lastIndexOf('-'));
    expect(await keysOf(a.client, `${prefix}queues:`)).toEqual([
      `${used.taskKey(taskId)}:state`,
      `${prefix}queues:{replicas}`,
      `${prefix}queues:{run:${replica}}`,
    ]);
    await b.cancel(taskId);
    await stream.ended;
    const queue = await b.queues.createOrTap('direct');
    await queue.close();
    const state = `${used.taskKey(taskId)}:state`;
    await vi.waitFor(async () => {
      expect(await keysOf(a.client, `${prefix}queues:`)).toEqual([
        state,
        `${prefix}queues:{replicas}`,
      ]);
    });
    await Promise.all([a.queues.close(), b.queues.close()]);
    // For who comes back late, for a while: which end there was, and how many events.
    expect(await keysOf(a.client, `${prefix}queues:`)).toEqual([state]);
    expect(await stateOf(taskId)).toEqual({ [`c:${run}`]: '4', end: 't' });
    expect(await a.client.ttl(state)).toBeLessThanOrEqual(300);
  });
});
