import { Role } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type Runtime, systemRuntime, useRuntime } from '@a2a-redis/core/shared';
import type { RedisClientType } from 'redis';

import {
  type ConsumerGroupConfig,
  type RedisStreamsEventQueue,
  RedisStreamsQueueManager,
} from '../../src/index.ts';

/** A process of an application: a client and a queue manager, whose errors are kept. */
export class Peer implements AsyncDisposable {
  readonly client: RedisClientType;
  readonly prefix: string;
  readonly queues: RedisStreamsQueueManager;
  readonly errors: Error[] = [];

  private constructor(client: RedisClientType, prefix: string, config: ConsumerGroupConfig) {
    this.client = client;
    this.prefix = prefix;
    this.queues = new RedisStreamsQueueManager(client, {
      prefix,
      consumerConfig: config,
      onError: (error) => {
        this.errors.push(error);
      },
    });
  }

  static async start(
    url: string,
    config: ConsumerGroupConfig = {},
    prefix: string = newPrefix(),
    runtime: Runtime = systemRuntime,
  ): Promise<Peer> {
    const client = await connect(url);
    useRuntime(client, runtime);
    return new Peer(client, prefix, config);
  }

  /** Another process of the same application. */
  async another(url: string, config: ConsumerGroupConfig = {}): Promise<Peer> {
    return Peer.start(url, config, this.prefix);
  }

  /** The keys of a queue without scope. */
  key(queueId: string, part: string): string {
    return `${this.prefix}{:unknown:q:${queueId}}:${part}`;
  }

  /** What is pending in a group: `<event's sequence> <consumer> <deliveries>`. */
  async pending(queueId: string, group = 'shared'): Promise<string[]> {
    const key = this.key(queueId, 'events');
    const pending = await this.client.xPendingRange(key, group, '-', '+', 1000);
    return pending.map(
      ({ id, consumer, deliveriesCounter }) =>
        `${id.split('-')[1] ?? ''} ${consumer} ${deliveriesCounter}`,
    );
  }

  async groups(queueId: string): Promise<string[]> {
    const groups = await this.client.xInfoGroups(this.key(queueId, 'events'));
    return groups.map(({ name }) => name);
  }

  async consumers(queueId: string, group = 'shared'): Promise<string[]> {
    const consumers = await this.client.xInfoConsumers(this.key(queueId, 'events'), group);
    return consumers.map(({ name }) => name);
  }

  /** Fails a test in which something went wrong in the background. */
  requireNoErrors(): void {
    if (this.errors.length > 0) throw new AggregateError(this.errors, 'Errors in the background');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queues.close();
    this.client.destroy();
  }
}

/** An event that is told from others by its text. */
export function event(text: string): AgentExecutionEvent {
  return AgentEvent.message({
    messageId: text,
    contextId: '',
    taskId: '',
    role: Role.ROLE_AGENT,
    parts: [],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  });
}

/** The text of an {@link event}. */
export function textOf(found: AgentExecutionEvent | undefined): string {
  return found?.kind === 'message' ? found.data.messageId : 'none';
}

export async function enqueue(
  queue: RedisStreamsEventQueue,
  ...texts: readonly string[]
): Promise<string[]> {
  return Promise.all(texts.map(async (text) => queue.enqueueEvent(event(text))));
}

/** Dequeues what is there, without acknowledging it. */
export async function takeAll(queue: RedisStreamsEventQueue): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const found = await queue.dequeueEvent({ noWait: true });
    if (found === undefined) return texts;
    texts.push(textOf(found));
  }
}

/** The code of the error that a call fails with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** The numbers from 1 to `count` as texts. */
export function numbers(count: number, name = ''): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
}
