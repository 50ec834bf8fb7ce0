import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import { type EventBatch, QueueKeys, type TaskAddress } from '@a2a-redis/core/queue-manager';
import { ScriptRunner } from '@a2a-redis/core/shared';

import type { LogEntry } from '../src/log-message.ts';
import { StreamLog } from '../src/stream-log.ts';

/** How the log of a test is kept. */
export const LIMITS = {
  maxEventsPerTask: 1000,
  retentionSeconds: 1000,
  endedRetentionSeconds: 100,
  maxMessageBytes: 200,
};

/** A task's log, and all messages on its channel in their order. */
export class OpenLog implements AsyncDisposable {
  readonly messages: string[] = [];
  readonly log: StreamLog;
  readonly task: TaskAddress;
  readonly client: RedisClient;
  readonly #listener: RedisClient;
  readonly #runner: ScriptRunner;

  private constructor(client: RedisClient, listener: RedisClient, task: TaskAddress) {
    this.client = client;
    this.#listener = listener;
    this.#runner = new ScriptRunner(client);
    this.log = new StreamLog(this.#runner, LIMITS);
    this.task = task;
  }

  /** Opens the log of a task, by default of one of its own; who may not subscribe hears no messages. */
  static async open(
    url: string,
    prefix: string,
    task: TaskAddress = new QueueKeys(prefix).task({ tenant: '', owner: '' }, 'task'),
    maySubscribe = true,
  ): Promise<OpenLog> {
    const [client, listener] = await Promise.all([
      createRedisClient({ url }),
      createRedisClient({ url }),
    ]);
    const opened = new OpenLog(client, listener, task);
    if (!maySubscribe) return opened;
    await listener.subscribe(opened.task.channel, (message) => opened.messages.push(message));
    return opened;
  }

  /** Appends a batch alone, and says what became of it. */
  async send(batch: EventBatch): Promise<unknown> {
    const { companion, keys, args } = this.log.appending(this.task, batch, 'PUBLISH');
    return this.#runner.run(companion.alone, keys, args);
  }

  /** Appends events of a run, from a counter on. */
  async append(run: string, firstCounter: number, ...bodies: string[]): Promise<unknown> {
    return this.send({ publisher: run, firstCounter, bodies });
  }

  /** The entries, as `<sequence> <run>.<counter> <body>`. */
  async entries(): Promise<readonly string[]> {
    const entries = await this.log.after(this.task, '0-0', 10_000);
    return entries.map(describeEntry);
  }

  /** The fields of the task's state. */
  async state(): Promise<Readonly<Record<string, string>>> {
    return { ...(await this.client.hGetAll(this.task.state)) };
  }

  /** Sets fields of the task's state. */
  async setState(fields: Readonly<Record<string, string>>): Promise<void> {
    await this.client.hSet(this.task.state, fields);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    this.#listener.destroy();
  }
}

function describeEntry({ sequence, eventId, body }: LogEntry): string {
  return `${sequence} ${eventId.publisher}.${eventId.counter} ${body}`;
}
