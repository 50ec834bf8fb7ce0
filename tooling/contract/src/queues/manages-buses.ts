import { ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import { ContractAgent } from './agent.ts';
import { messageEvent } from './driven-events.ts';
import { CONTEXT } from './requests.ts';
import type { QueueManagerSubject } from './subject.ts';

/** Which bus belongs to which task, and for how long. */
export function managesBuses(subject: QueueManagerSubject): void {
  const { looksElsewhere = false } = subject.capabilities;

  describe('a queue manager', () => {
    test('has one bus for a task', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      expect(agent.manager.createOrGetByTaskId('task', CONTEXT)).toBe(bus);
      expect(agent.manager.createOrGetByTaskId('other', CONTEXT)).not.toBe(bus);
      bus.finished();
    });

    test('keeps tenants apart', async () => {
      await using agent = await ContractAgent.open(subject);
      const other = new ServerCallContext({ tenant: 'other' });
      const buses = [CONTEXT, other].map((context) =>
        agent.manager.createOrGetByTaskId('task', context),
      );
      const heard = buses.map(() => 0);
      for (const [index, bus] of buses.entries()) {
        bus.on('event', () => {
          heard[index] = (heard[index] ?? 0) + 1;
        });
      }
      buses[1]?.publish(messageEvent({ contextId: '' }, '1'));
      expect(heard).toEqual([0, 1]);
      for (const bus of buses) bus.finished();
    });

    test('has a fresh bus after the end', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      const heard: string[] = [];
      bus.on('event', () => heard.push('first'));
      bus.finished();
      agent.manager.cleanupByTaskId('task', CONTEXT);
      const next = agent.manager.createOrGetByTaskId('task', CONTEXT);
      expect(next).not.toBe(bus);
      next.on('event', () => heard.push('second'));
      next.publish(messageEvent({ contextId: '' }, '1'));
      expect(heard).toEqual(['second']);
      next.finished();
    });

    const what = looksElsewhere ? 'a bus that finishes' : 'no bus';
    test(`gives ${what} where nobody executes the task`, async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.getByTaskId('none', CONTEXT);
      expect(bus !== undefined).toBe(looksElsewhere);
      if (bus === undefined) return;
      await new Promise<void>((resolve) => {
        bus.on('finished', resolve).on('event', () => undefined);
      });
    });
  });
}
