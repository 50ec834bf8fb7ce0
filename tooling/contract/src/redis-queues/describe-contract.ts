import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';

import type { TaskStore } from '@a2a-js/sdk/server';
import type { RedisClient } from '@a2a-redis/core';
import { describe } from 'vitest';

import { describeQueueManagerContract } from '../queues/describe-contract.ts';
import type { QueueManagerUnderTest } from '../queues/subject.ts';
import { takesPartialEvents } from '../queues/takes-partial-events.ts';
import { useServer } from '../shared-server.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

interface OpenedStore {
  readonly store: TaskStore;
  readonly close?: (() => void) | undefined;
}

type OpenStore = (client: RedisClient, prefix: string) => Promise<OpenedStore>;

/** Declares the tests of every `ExecutionEventBusManager`, for one on Redis. */
export function describeContract(subject: RedisQueueManagerSubject): void {
  const used = useServer();
  const open = (openStore: OpenStore) => async (): Promise<QueueManagerUnderTest> => {
    const client = await connect(used.url);
    const prefix = newPrefix();
    const { store, close } = await openStore(client, `${prefix}tasks:`);
    const errors: Error[] = [];
    const manager = subject.openQueues(client, {
      prefix: `${prefix}queues:`,
      taskStore: store,
      onError: (error) => {
        errors.push(error);
      },
    });
    return {
      manager,
      store,
      errors,
      distribute: (executor) => manager.distribute(executor),
      close: async () => {
        await manager.close();
        client.destroy();
        close?.();
      },
    };
  };
  const capabilities = {
    storesEventsOnce: true,
    staysWhileExecuting: true,
    looksElsewhere: true,
    reportsListeners: true,
    tellsByTask: subject.tellsByTask,
  };
  const own: OpenStore = async (client, prefix) => ({ store: subject.openStore(client, prefix) });
  describeQueueManagerContract({ name: subject.name, open: open(own), capabilities });

  // Where requests store what they hear.
  describe(`${subject.name} with a store of another client`, () => {
    takesPartialEvents({ open: open(ofAnotherClient), capabilities });
  });

  async function ofAnotherClient(_client: RedisClient, prefix: string): Promise<OpenedStore> {
    const client = await connect(used.url);
    const close = (): void => {
      client.destroy();
    };
    return { store: subject.openStore(client, prefix), close };
  }
}
