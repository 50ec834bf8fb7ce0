import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { useReplicas } from './use-replicas.ts';

/** Declares the tests of what others make of a task's state, and of its log, while the task is executed. */
export function describeDamagedStates(subject: RedisQueueManagerSubject): void {
  describe(`damage of what Redis holds of a task, with a ${subject.name}`, () => {
    const used = useReplicas(subject, 2, { failoverMs: 2000 });

    /** What is damaged: the name of a key, and the field of a hash, with what it is set to. */
    const damages: readonly (readonly [key: string, field: string, value: string])[] = [
      ...subject.taskKeys.map((key) => [key, '', 'damaged'] as const),
      ['state', 'c:', 'abc'],
      ['state', 'c:', '-50'],
      ['state', 'end', 't'],
      ['state', 'c:', '1000000'],
      ...(subject.stateFields.includes('last')
        ? ([
            ['state', 'last', 'garbage'],
            ['state', 'last', '5-99999999999999999999999999'],
            ['log', '9999999999999-1', 'an entry of another hand'],
          ] as const)
        : []),
    ];

    /** What subscribers elsewhere are told: where a state says how a log goes on, that others are in it is lost. */
    const toldOf = (name: string, field: string, value: string): string => {
      const isSetRight = field === 'end' || value === '1000000';
      const isOfLog = subject.stateFields.includes('last') && (name === 'state' || field !== '');
      return isOfLog && !isSetRight ? 'EVENTS_LOST' : 'chunk 1, chunk 2, completed';
    };

    it.each(damages)('of %s %s as %s is told, and nobody waits', async (name, field, value) => {
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      const other = b.resubscribe(execution.taskId);
      await other.until(1);
      execution.chunks(1);
      // By Pub/Sub, one who comes early may get a fresh task in place of the chunk.
      await other.until(2);
      const key = `${used.taskKey(execution.taskId)}:${name}`;
      const fields = await b.client.hKeys(`${used.taskKey(execution.taskId)}:state`);
      const damaged = fields.find((each) => each.startsWith(field)) ?? field;
      if (field === '') await b.client.set(key, value);
      else if (name === 'log') await b.client.xAdd(key, field, { p: 'x', c: '1', e: value });
      else await b.client.hSet(key, damaged, value);

      execution.chunks(2).complete();
      expect(await stream.ended).toEqual([
        'task working 0',
        'chunk 0',
        'chunk 1',
        'chunk 2',
        'completed',
      ]);
      // Never silence, nor an end that looks like completion.
      const told = other.ended.then((seen) => seen.slice(2).join(', '), codeOf);
      expect(await told).toBe(toldOf(name, field, value));
      await a.queues.flush();
      expect(await b.stored(execution.taskId)).toEqual({
        state: 'completed',
        parts: ['0', '1', '2'],
        history: [''],
      });
      await vi.waitUntil(() =>
        [...a.errors, ...b.errors].some((error) =>
          String(Reflect.get(error, 'detail')).includes(key),
        ),
      );
      const left = await b.client.keys(`${used.prefix}queues:*`);
      const lives = left.map(async (each) => [each, (await b.client.ttl(each)) < 0] as const);
      const stay = (await Promise.all(lives)).filter(([, stays]) => stays).map(([each]) => each);
      expect(stay).toEqual([]);
      const errors = a.errors.length;
      await a.queues.close();
      expect(a.errors.length).toBe(errors);
    });
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
