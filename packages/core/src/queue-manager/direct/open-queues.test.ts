import { ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { MAIN_CHANNELS } from '../../layout/channel-space.ts';
import type { Scope } from '../../shared/scope.ts';
import { OpenQueues } from './open-queues.ts';

interface TestQueue {
  readonly label: string;
  close(): Promise<void>;
}

function opened(): {
  readonly queues: OpenQueues<TestQueue, { readonly name: string }>;
  readonly open: (label: string, id: string) => Promise<TestQueue>;
  readonly closed: string[];
} {
  const closed: string[] = [];
  const queues = new OpenQueues<TestQueue, { readonly name: string }>({
    place: { prefix: 'p:', channels: MAIN_CHANNELS },
    resolveScope: (context) => ({ tenant: context.tenant ?? '', owner: 'o' }),
    keysOf: ({ prefix }, { tenant, owner }: Scope, queueId: string) => ({
      name: [prefix, tenant, owner, queueId].join('|'),
    }),
  });
  const open = async (label: string, id: string): Promise<TestQueue> => {
    const queue: TestQueue = {
      label,
      close: async () => {
        closed.push(label);
        queues.remove(queue);
      },
    };
    return queues.add(queue, queues.keysOf(id));
  };
  return { queues, open, closed };
}

describe('OpenQueues', () => {
  it('knows a queue by its id and the scope of the call', () => {
    const { queues } = opened();
    expect(queues.keysOf('q').name).toBe('p:||o|q');
    const context = new ServerCallContext({ tenant: 't' });
    expect(queues.keysOf('q', { context }).name).toBe('p:|t|o|q');
    expect(() => queues.keysOf('')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('tells and closes what is open on one queue, oldest first', async () => {
    const { queues, open, closed } = opened();
    for (const [label, id] of ['a1', 'b1', 'a2'].map((each) => [each, each.slice(0, 1)] as const)) {
      await open(label, id);
    }
    const keys = queues.keysOf('a');
    expect(queues.on(keys).map(({ label }) => label)).toEqual(['a1', 'a2']);
    await queues.close(keys);
    expect([closed, queues.on(keys)]).toEqual([['a1', 'a2'], []]);
  });

  it('opens no more once all are closed, and closes what comes late', async () => {
    const { queues, open, closed } = opened();
    await open('early', 'a');
    const keys = queues.keysOf('a');
    await queues.closeAll();
    expect(() => queues.keysOf('a')).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
    const late: TestQueue = { label: 'late', close: async () => void closed.push('late') };
    await queues.add(late, keys);
    expect(closed).toEqual(['early', 'late']);
  });
});
