import { AppliedEvents, type TaskAddress } from '@a2a-redis/core/queue-manager';
import type { ScriptRunner } from '@a2a-redis/core/shared';
import { expect, it } from 'vitest';

import { StreamLog } from './stream-log.ts';

const LIMITS = {
  maxEventsPerTask: 10,
  retentionSeconds: 10,
  endedRetentionSeconds: 10,
  maxMessageBytes: 10,
};

/** A log of these entries: `<publisher> <counter> <body>`, oldest first. */
function logOf(...entries: readonly string[]): StreamLog {
  const reply = entries.flatMap((entry, index) => [`1-${index + 1}`, ...entry.split(' ')]);
  const newestFirst = Array.from({ length: entries.length }, (_, index) =>
    reply.slice(index * 4, index * 4 + 4),
  )
    .toReversed()
    .flat();
  const runner = { run: async () => newestFirst } as unknown as ScriptRunner;
  return new StreamLog(runner, LIMITS);
}

async function unapplied(log: StreamLog, applied: string, last: number): Promise<unknown> {
  const known = AppliedEvents.parse(applied) ?? AppliedEvents.NONE;
  const entries = await log.unapplied({ log: 'l' } as TaskAddress, known, new Map([['r', last]]));
  return entries?.map(({ body }) => body);
}

it('finds what a task lacks, oldest first', async () => {
  expect(await unapplied(logOf('r 1 a1', 'r 2 a2', 'r 3 a3'), 'r:1', 3)).toEqual(['a2', 'a3']);
});

it('tells that an event is missing where the log has a gap in its place', async () => {
  expect(await unapplied(logOf('r 1 a1', '- 0 g1', 'r 3 a3'), 'r:1', 3)).toBeUndefined();
});

it.each(['x', '', '-3', '1e3'])(
  'keeps an entry whose counter is %j as an event that cannot be read',
  async (counter) => {
    const entries = await logOf(`r ${counter} a1`, 'r 2 a2').after(
      { log: 'l' } as TaskAddress,
      '0-0',
      2,
    );
    expect(entries.map(({ id, eventId, body }) => [id, eventId.counter, body])).toEqual([
      ['1-2', 2, 'a2'],
      ['1-1', 0, ''],
    ]);
  },
);
