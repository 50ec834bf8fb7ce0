import { setImmediate } from 'node:timers/promises';

import { AgentEvent } from '@a2a-js/sdk/server';
import { expect, it } from 'vitest';

import { systemRuntime } from '../../runtime/runtime.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import type { BusServices } from './bus-services.ts';
import { EventPublisher } from './event-publisher.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

/** A publisher, what subscribers here were told of it, and what answers the oldest of its calls. */
function openPublisher(): {
  publisher: EventPublisher;
  publish: (name: string) => void;
  answer: (reply: string) => void;
  told: string[];
} {
  const told: string[] = [];
  const calls: ((reply: string) => void)[] = [];
  const run = async (): Promise<string> =>
    new Promise((resolve) => {
      calls.push(resolve);
    });
  const services = {
    runtime: systemRuntime,
    runner: { run },
    transport: { sending: () => ({ companion: { alone: {} }, keys: [], args: [] }) },
    lease: { isCertain: true },
    webhooks: { tell: () => {} },
    limits: { maxPendingEvents: 100, publishDeadlineMs: 1000 },
    onError: () => {},
  };
  const publisher = new EventPublisher(task, 'r-1', services as unknown as BusServices, {
    onFenced: () => {},
  });
  const publish = (name: string): void => {
    const artifact = { artifactId: name, name, description: '', parts: [], extensions: [] };
    const update = {
      taskId: 't',
      contextId: 'c',
      append: false,
      lastChunk: false,
      metadata: undefined,
      artifact: { ...artifact, metadata: undefined },
    };
    publisher.publish(AgentEvent.artifactUpdate(update), {
      own: () => {},
      subscribers: () => void told.push(name),
      subscribersLose: () => void told.push(`no ${name}`),
    });
  };
  return { publisher, publish, answer: (reply) => calls.shift()?.(reply), told };
}

it('tells subscribers of what came back, once, though its sender has no reply yet', async () => {
  const { publisher, publish, answer, told } = openPublisher();
  publish('a');
  publish('b');
  await setImmediate();
  publish('c');
  publisher.cameBack(2);
  expect(told).toEqual(['a', 'b']);
  answer('');
  await setImmediate();
  expect(told).toEqual(['a', 'b']);
  answer('');
  await publisher.drained();
  publisher.cameBack(3);
  expect(told).toEqual(['a', 'b', 'c']);
});

it('tells subscribers of what came back, though its sender is told that the run was ended', async () => {
  const { publisher, publish, answer, told } = openPublisher();
  publish('a');
  await setImmediate();
  publish('b');
  publisher.cameBack(1);
  answer('fenced');
  await publisher.drained();
  expect(told).toEqual(['a']);
});
