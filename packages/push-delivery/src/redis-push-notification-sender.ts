import type { StreamResponse, Task } from '@a2a-js/sdk';
import type { PushNotificationStore, ServerCallContext } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import {
  ChannelHub,
  type DurablePushNotificationSender,
  type EventId,
  routeByLayout,
  subscriptionOf,
} from '@a2a-redis/core/queue-manager';
import {
  channelName,
  channelSpaceOf,
  errorReporter,
  invalidOption,
  keySegment,
  type RedisScriptClient,
  requireId,
  type ScopeResolver,
  scopeResolver,
  ScriptRunner,
  ServerLayout,
  taskIdOfResponse,
  TaskTurns,
  withDeadline,
} from '@a2a-redis/core/shared';

import { type DeadLetterPage, type DeadLetterQuery, DeadLetters } from './dead-letters.ts';
import { DeliveryAdmin, type LaneReport } from './delivery-admin.ts';
import type { WorkerCounts } from './delivery/delivery-counts.ts';
import { DeliveryKeys, placeOf, type TaskPlace } from './delivery/delivery-keys.ts';
import { DeliveryQueue, type ToldEvent } from './delivery/delivery-queue.ts';
import { DeliveryWorker } from './delivery/delivery-worker.ts';
import type { HostLoad } from './delivery/host-gates.ts';
import { encodeEvent } from './delivery/queued-event.ts';
import { Schedule, type WaitingReport } from './delivery/schedule.ts';
import { TaskConfigs } from './delivery/task-configs.ts';
import { WakeMessages } from './delivery/wake-messages.ts';
import { pageSizeOf } from './page-size.ts';
import { HttpWebhookPoster } from './posting/http-webhook-poster.ts';
import { WebhookContents } from './posting/webhook-content.ts';
import { readSenderLimits, type RedisPushNotificationSenderOptions } from './sender-options.ts';
import { WebhookRequests } from './signing/webhook-requests.ts';
import { WebhookSigner } from './signing/webhook-signer.ts';

/** One config of a task. */
export interface TaskConfigRef {
  readonly taskId: string;
  readonly configId: string;
}

/** What waits, and what this process does about it. */
export interface DeliveryStats extends WaitingReport {
  /** How many deliveries this process has in flight. */
  readonly inFlight: number;
  /** What this process has done since it started. */
  readonly attempts: WorkerCounts;
  /**
   * The hosts that this process posts to now, and of all tenants those that fail, too: a page of them, by name. `failures`
   * are those of the host, whosever the attempts were.
   */
  readonly hosts: readonly HostLoad[];
  /** `undefined` with the last page of the hosts. */
  readonly nextPageToken: string | undefined;
}

/** Which hosts are told of. */
export interface DeliveryStatsQuery {
  /**
   * How many hosts a page has, 1000 at most.
   * @default 100
   */
  readonly pageSize?: number | undefined;
  /** The `nextPageToken` of the page before. */
  readonly pageToken?: string | undefined;
}

/** The part of a replay that was found and put back, and where the next part begins. */
export interface ReplayOutcome {
  readonly replayed: number;
  /** How many stay dead letters, as their configs are not registered any more. */
  readonly unregistered: number;
  /** `undefined` when all were looked at. */
  readonly nextPageToken: string | undefined;
}

/**
 * Sends push notifications that arrive: `send` keeps them in Redis, and whichever replica delivers posts them, at least
 * once and for each config in order, again after a failure, until they arrive or are a dead letter.
 *
 * Every method rejects with an `A2ARedisError` whose code is `INVALID_ARGUMENT` before Redis is touched, or
 * `DEADLINE_EXCEEDED`, `CLIENT_CLOSED` or `COMMAND_FAILED`; beside that, with what the push store throws.
 *
 * @see The SDK's interface `PushNotificationSender`.
 */
export class RedisPushNotificationSender implements DurablePushNotificationSender, AsyncDisposable {
  readonly #runner: ScriptRunner;
  readonly #scopeOf: ScopeResolver;
  readonly #configs: TaskConfigs;
  readonly #queue: DeliveryQueue;
  readonly #letters: DeadLetters;
  readonly #schedule: Schedule;
  readonly #admin: DeliveryAdmin;
  readonly #worker: DeliveryWorker;
  readonly #poster: HttpWebhookPoster;
  readonly #withTasks: boolean;
  readonly #turns = new TaskTurns();
  readonly #onError: (error: unknown) => void;
  /** Identifies what comes without an id of its own. */
  readonly #publisher: string;
  #counter = 0;
  #closing: Promise<void> | undefined;

  /**
   * @param client A connected node-redis client, pool, cluster or sentinel. It stays the caller's.
   * @param store Where the configs of tasks are. All who deliver must see the same.
   * @param options See {@link RedisPushNotificationSenderOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
   */
  constructor(
    client: RedisScriptClient,
    store: PushNotificationStore,
    options: RedisPushNotificationSenderOptions = {},
  ) {
    const limits = readSenderLimits(options);
    requireStore(store);
    const report = errorReporter('Webhooks', 'A2A_REDIS_WEBHOOKS', options.onError);
    const onError = (error: unknown): void => {
      report(error instanceof Error ? error : new Error(String(error)));
    };
    const runner = new ScriptRunner(client, limits.deadlineMs);
    const { runtime } = runner;
    const layout = new ServerLayout(client, runner, limits.prefix, options.layout);
    const keys = new DeliveryKeys(limits.prefix);
    const route = routeByLayout(layout);
    const channel = channelName(keys.wakeChannel, channelSpaceOf(client, options.subscriber));
    const schedule = new Schedule(runner, layout, keys, {
      route,
      channel,
      isTaken: () => this.#worker.isFree,
    });
    // What cannot subscribe is refused.
    const open = limits.deliver ? subscriptionOf(client, options.subscriber, route) : undefined;
    const contents = new WebhookContents(options.serializers, (version) => {
      const message = `Webhooks of A2A version ${JSON.stringify(version)} have no serializer: they get version 1.0.`;
      onError(new A2ARedisError('INVALID_OPTION', message));
    });
    const signer = new WebhookSigner(options.signing ?? {}, 'signing.');
    const requests = new WebhookRequests(signer, options.tokenHeaderName);
    this.#runner = runner;
    this.#schedule = schedule;
    this.#scopeOf = scopeResolver(options.ownerResolver);
    this.#configs = new TaskConfigs(store, client);
    this.#queue = new DeliveryQueue(runner, schedule, keys, limits);
    this.#letters = new DeadLetters(runner, keys);
    this.#admin = new DeliveryAdmin(runner, schedule, keys, limits.retentionSeconds);
    this.#poster = new HttpWebhookPoster(runtime, limits.targets, limits.posting);
    this.#worker = new DeliveryWorker(
      {
        runtime,
        queue: this.#queue,
        schedule,
        messages:
          open && new WakeMessages(new ChannelHub(runtime, open, onError), channel, onError),
        configs: this.#configs,
        poster: this.#poster,
        contents,
        requests,
        onError,
      },
      limits,
    );
    // The serializer of 1.0 does not ask for the task.
    this.#withTasks = options.serializers !== undefined;
    this.#onError = onError;
    this.#publisher = runtime.randomBytes(9).toString('hex');
    if (limits.deliver) this.#worker.start();
  }

  /**
   * Queues a notification for each config that its task has now, after those for which this was called before. What is
   * of no task has nobody to be told.
   */
  async send(response: StreamResponse, context: ServerCallContext, task?: Task): Promise<void> {
    this.#counter += 1;
    const eventId = { publisher: this.#publisher, counter: this.#counter };
    await this.sendEvent(eventId, response, context, task);
  }

  /** As {@link send}, of an event with an id: for queue managers. What is known is left out. */
  async sendEvent(
    eventId: EventId,
    response: StreamResponse,
    context: ServerCallContext,
    task?: Task,
    acceptedAt?: number,
  ): Promise<void> {
    this.#requireOpen();
    const taskId = taskIdOfResponse(response);
    if (taskId === '') return;
    const place = placeOf(this.#scopeOf(context), taskId);
    await this.#enqueue(place, context, { ...eventId, acceptedAt }, response, task);
  }

  /**
   * Up to which counter the events of a publisher are queued: for queue managers.
   *
   * @returns 0 for none, `Infinity` where the task has no configs.
   */
  async toldUpTo(taskId: string, context: ServerCallContext, publisher: string): Promise<number> {
    const place = placeOf(this.#scopeOf(context), requireId('The task id', taskId));
    const configs = await this.#configs.load(place);
    return configs.size === 0 ? Infinity : this.#queue.toldUpTo(place, publisher);
  }

  /**
   * Lists the dead letters of a tenant and owner, newest first.
   *
   * @param context Whose.
   * @throws {A2ARedisError} `INVALID_ARGUMENT` for a page token, or a size of a page, that is none.
   */
  async deadLetters(
    context: ServerCallContext,
    query: DeadLetterQuery = {},
  ): Promise<DeadLetterPage> {
    const { found, next } = await this.#letters.find(this.#scopeOf(context), query);
    return { letters: found.map(({ letter }) => letter), nextPageToken: next };
  }

  /**
   * Delivers dead letters once more, each after what waits for its config, with its old id. A page of them is looked at
   * at a time.
   *
   * @param context Whose.
   */
  async replay(context: ServerCallContext, query: DeadLetterQuery = {}): Promise<ReplayOutcome> {
    this.#requireOpen();
    const scope = this.#scopeOf(context);
    const { found, next } = await this.#letters.find(scope, query);
    let replayed = 0;
    let unregistered = 0;
    for (const { entry, letter } of found) {
      const place = placeOf(scope, letter.taskId);
      if ((await this.#configs.load(place)).has(letter.configId)) {
        if (await this.#admin.requeue(place, letter.id, letter.configId)) replayed += 1;
        await this.#letters.forget(scope, entry);
      } else {
        unregistered += 1;
      }
    }
    if (replayed > 0) this.#worker.wake();
    return { replayed, unregistered, nextPageToken: next };
  }

  /** Delivers nothing more to a config until {@link resume}. What comes meanwhile waits. */
  async pause(context: ServerCallContext, config: TaskConfigRef): Promise<void> {
    await this.#admin.switchLane(this.#placeOf(context, config), config.configId, 'pause');
  }

  /** Delivers to a config at once, whether it was paused by hand or after failures. */
  async resume(context: ServerCallContext, config: TaskConfigRef): Promise<void> {
    await this.#admin.switchLane(this.#placeOf(context, config), config.configId, 'resume');
    this.#worker.wake();
  }

  /** How far each config of a task is. */
  async lanes(context: ServerCallContext, taskId: string): Promise<readonly LaneReport[]> {
    const place = placeOf(this.#scopeOf(context), requireId('The task id', taskId));
    return this.#admin.lanes(place);
  }

  /**
   * What waits, and what this process does about it.
   *
   * @param context Whose: of all owners of its tenant, and of no other. Absent, of all tenants: for operators.
   * @param query Which page of the hosts; what is counted is the same on each.
   * @throws {A2ARedisError} `INVALID_ARGUMENT` for a size of a page that is none.
   */
  async stats(context?: ServerCallContext, query: DeliveryStatsQuery = {}): Promise<DeliveryStats> {
    const { pageSize = 100, pageToken } = query;
    const size = pageSizeOf(pageSize);
    const tenant = context && keySegment(this.#scopeOf(context).tenant);
    const { inFlight, attempts, hosts } = this.#worker.load(tenant);
    const left = hosts.filter(({ host }) => host > (pageToken ?? ''));
    const page = left.slice(0, size);
    return {
      ...(await this.#schedule.waiting(tenant)),
      inFlight,
      attempts,
      hosts: page,
      nextPageToken: left.length > size ? page.at(-1)?.host : undefined,
    };
  }

  /**
   * Takes nothing more, and waits until what is in flight has ended; others deliver the rest.
   *
   * @param deadlineMs How long to wait, in milliseconds.
   * @returns Whether all of it has ended.
   */
  async drain(deadlineMs: number): Promise<boolean> {
    const { runtime } = this.#runner;
    const ended = this.#turns.settled().then(async () => this.#worker.drain());
    try {
      await withDeadline(runtime, ended, runtime.now() + deadlineMs, () => 'Draining webhooks');
      return true;
    } catch {
      // Nothing but the deadline: the worker reports what fails.
      return false;
    }
  }

  /**
   * Ends the sender: what is being queued is queued, attempts in flight are ended, and others take them over at once.
   * Never rejects. Safe to repeat.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#turns.settled();
      await this.#worker.close();
    } catch (error) {
      this.#onError(error);
    }
    await this.#poster.close();
  }

  async #enqueue(
    place: TaskPlace,
    context: ServerCallContext,
    told: ToldEvent,
    response: StreamResponse,
    task: Task | undefined,
  ): Promise<void> {
    const event = encodeEvent(response, this.#withTasks ? task : undefined);
    const id = `${told.publisher}.${told.counter}`;
    await this.#turns.take(place.name, async () => {
      const configs = await this.#configs.registered(place, context);
      const outcome = await this.#queue.enqueue(place, told, id, event, configs);
      if (outcome === 'full' && task !== undefined) await this.#giveUpChunks(place, id, task);
      if (outcome !== 'none' && outcome !== 'known') this.#worker.wake();
    });
  }

  async #giveUpChunks(place: TaskPlace, id: string, task: Task): Promise<void> {
    const snapshot = encodeEvent(
      { payload: { $case: 'task', value: task } },
      this.#withTasks ? task : undefined,
    );
    await this.#queue.giveUpChunks(place, `${id}~`, snapshot);
  }

  #placeOf(context: ServerCallContext, { taskId, configId }: TaskConfigRef): TaskPlace {
    requireId('The config id', configId);
    return placeOf(this.#scopeOf(context), requireId('The task id', taskId));
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) {
      throw new A2ARedisError('CLIENT_CLOSED', 'The sender of push notifications is closed.');
    }
  }
}

function requireStore(store: unknown): void {
  if (typeof store === 'object' && store !== null && 'load' in store) return;
  throw invalidOption(
    'store',
    'must be a push-notification store, such as RedisPushNotificationConfigStore',
  );
}
