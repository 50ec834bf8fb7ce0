import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import { type EventBatch, knownRoute, type TaskAddress } from '@a2a-redis/core/queue-manager';
import { ScriptRunner } from '@a2a-redis/core/shared';

import { TaskChannel } from '../src/task-channel.ts';

/** A task's channel, and all messages on it in their order. */
export class OpenChannel implements AsyncDisposable {
  readonly messages: string[] = [];
  readonly channel: TaskChannel;
  readonly task: TaskAddress;
  readonly client: RedisClient;
  readonly #listener: RedisClient;

  readonly #runner: ScriptRunner;

  private constructor(client: RedisClient, listener: RedisClient, prefix: string) {
    const base = `${prefix}{::task}`;
    this.client = client;
    this.#runner = new ScriptRunner(client);
    this.#listener = listener;
    this.channel = new TaskChannel(this.#runner, knownRoute('PUBLISH'), 1000);
    this.task = {
      scope: { tenant: '', owner: '' },
      taskId: 'task',
      name: '::task',
      state: `${base}:state`,
      log: `${base}:log`,
      channel: `${base}:events`,
    };
  }

  /** @param via Where the calls go: the server itself, or a proxy in front of it. */
  static async open(url: string, prefix: string, via: string = url): Promise<OpenChannel> {
    const [client, listener] = await Promise.all([
      createRedisClient({ url: via, onError: () => {} }),
      createRedisClient({ url }),
    ]);
    const opened = new OpenChannel(client, listener, prefix);
    await listener.subscribe(opened.task.channel, (message) => opened.messages.push(message));
    return opened;
  }

  /** Publishes a batch alone, and says what became of it. */
  async send(batch: EventBatch): Promise<unknown> {
    const { companion, keys, args } = this.channel.publishing(this.task, batch, 'PUBLISH');
    return this.#runner.run(companion.alone, keys, args);
  }

  /** Enters a run, as begin-run.lua does. */
  async begin(run: string): Promise<void> {
    await this.#listener.hSet(this.task.state, `r:${run}`, '');
    await this.#listener.hDel(this.task.state, ['end', 'open']);
  }

  /** The fields of the task's state. */
  async state(): Promise<Readonly<Record<string, string>>> {
    return { ...(await this.#listener.hGetAll(this.task.state)) };
  }

  /** Sets fields of the task's state. */
  async setState(fields: Readonly<Record<string, string>>): Promise<void> {
    await this.#listener.hSet(this.task.state, fields);
  }

  /** How long the state stays, in seconds; -2 where there is none. */
  async ttl(): Promise<number> {
    return this.#listener.ttl(this.task.state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    this.#listener.destroy();
  }
}
