import type { AgentExecutionEvent, ExecutionEventBus } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import { ContractAgent } from './agent.ts';
import { messageEvent } from './driven-events.ts';
import { textsOf } from './listener.ts';
import { CONTEXT } from './requests.ts';
import type { QueueManagerSubject } from './subject.ts';
import { uncaughtDuring } from './uncaught.ts';

function note(log: string[], name: string): (event?: AgentExecutionEvent) => void {
  return (event) => {
    const text = event?.kind === 'message' ? textsOf(event.data.parts).join('') : 'finished';
    log.push(`${name} ${text}`);
  };
}

function publish(bus: ExecutionEventBus, text: string): void {
  bus.publish(messageEvent({ contextId: '' }, text));
}

/** The listeners of a bus. */
export function keepsListeners(subject: QueueManagerSubject): void {
  const { reportsListeners = false } = subject.capabilities;

  describe('a bus', () => {
    test('calls its listeners at once, in the order in which they came', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      const log: string[] = [];
      bus.on('event', note(log, 'a')).on('event', note(log, 'b')).on('finished', note(log, 'c'));
      publish(bus, '1');
      expect(log).toEqual(['a 1', 'b 1']);
      publish(bus, '2');
      bus.finished();
      expect(log).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'c finished']);
    });

    test('calls a listener as often as it was added, and once where it was added so', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      const log: string[] = [];
      const twice = note(log, 'twice');
      bus.on('event', twice).on('event', twice).once('event', note(log, 'once'));
      bus.once('finished', note(log, 'end'));
      publish(bus, '1');
      expect(log).toEqual(['twice 1', 'twice 1', 'once 1']);
      bus.off('event', twice);
      publish(bus, '2');
      bus.finished();
      expect(log.slice(3)).toEqual(['twice 2', 'end finished']);
    });

    test('forgets listeners that were removed', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      const log: string[] = [];
      const kept = note(log, 'kept');
      const removed = note(log, 'removed');
      bus.on('event', kept).on('event', removed).once('event', removed);
      bus.off('event', removed).off('event', removed).off('event', note(log, 'never added'));
      publish(bus, '1');
      bus.on('finished', note(log, 'end')).removeAllListeners('event');
      publish(bus, '2');
      bus.finished();
      expect(log).toEqual(['kept 1', 'end finished']);
    });

    test('has none left after removeAllListeners', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      const log: string[] = [];
      bus.on('event', note(log, 'a')).once('finished', note(log, 'b')).removeAllListeners();
      publish(bus, '1');
      bus.finished();
      expect(log).toEqual([]);
    });

    test('calls the others where a listener throws', async () => {
      await using agent = await ContractAgent.open(subject);
      const bus = agent.manager.createOrGetByTaskId('task', CONTEXT);
      const log: string[] = [];
      const failure = new Error('listener');
      const uncaught = await uncaughtDuring(() => {
        bus.on('event', () => {
          throw failure;
        });
        bus.on('event', note(log, 'b'));
        publish(bus, '1');
        publish(bus, '2');
        bus.removeAllListeners();
        bus.finished();
      });
      expect(log).toEqual(['b 1', 'b 2']);
      expect(uncaught).toEqual(reportsListeners ? [] : [failure, failure]);
      expect(agent.errors).toEqual(reportsListeners ? [failure, failure] : []);
    });
  });
}
