import {
  type AgentExecutor,
  type ExecutionEventBus,
  type ExecutionEventBusManager,
  type PushNotificationSender,
  ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { requireId } from '../../shared/key-segment.ts';
import type { ScopeResolver } from '../../shared/scope.ts';
import {
  type EventWritingStore,
  isEventWritingStore,
} from '../../event-ids/event-writing-store.ts';
import { isEventTrackingStore } from '../../event-ids/event-tracking-store.ts';
import { invalidOption } from '../../shared/invalid-option.ts';
import { channelSpaceOf, type ChannelSpace } from '../../layout/channel-space.ts';
import type { RedisScriptClient } from '../../redis/script-client.ts';
import { ScriptRunner } from '../../redis/script-runner.ts';
import { sleep } from '../../runtime/sleep.ts';
import type { BusServices, FinisherServices } from '../execution/bus-services.ts';
import { OwnRuns } from '../execution/own-runs.ts';
import { failsWhileAway, untilDone } from '../execution/until-done.ts';
import { ChannelHub } from '../messages/channel-hub.ts';
import type { ChannelFeedParts } from '../events/channel-feed.ts';
import { closeManager, notTold } from './close-manager.ts';
import { DistributedExecutor, taskBusOf } from './distributed-executor.ts';
import type { EventTransport } from '../events/event-transport.ts';
import { SubscriberBus } from '../bus/subscriber-bus.ts';
import { QueueKeys, replicaOf, runName, type TaskAddress } from '../state/queue-keys.ts';
import type { QueueSettings } from './queue-manager-options.ts';
import { queueErrorReporter } from '../events/queue-errors.ts';
import { leaseTimes } from '../state/lease-times.ts';
import { ReplicaLease } from '../state/replica-lease.ts';
import { type PublishRoute, routeByLayout, routeWith } from '../../layout/publish-route.ts';
import { ServerLayout } from '../../layout/server-layout.ts';
import { subscriptionOf } from '../messages/subscriber-client.ts';
import type { TaskBus } from '../bus/task-bus.ts';
import { TaskBuses } from './task-buses.ts';
import { Reconciler } from '../failover/reconciler.ts';
import { SdkFeatures } from './sdk-features.ts';
import { notesSeconds, RedisTaskStates } from '../state/task-state.ts';
import { Webhooks } from '../webhooks/webhooks.ts';

const NO_CONTEXT = new ServerCallContext();

/** What a transport is made of. */
export interface TransportParts extends ChannelFeedParts {
  readonly runner: ScriptRunner;
  readonly route: PublishRoute;
}

/**
 * The SDK's `ExecutionEventBusManager` for many replicas: one bus for each task and process, whose
 * events reach the listeners of all replicas.
 */
export abstract class BaseQueueManager implements ExecutionEventBusManager, AsyncDisposable {
  /** The keys under the manager's prefix. */
  protected readonly keys: QueueKeys;
  protected readonly channels: ChannelSpace;
  protected readonly runner: ScriptRunner;
  protected readonly route: PublishRoute;
  protected readonly hub: ChannelHub;
  protected readonly resolveScope: ScopeResolver;
  protected readonly reportError: (error: unknown) => void;
  readonly #buses: TaskBuses;
  readonly #services: BusServices;
  readonly #reconciler: Reconciler;
  readonly #hasStore: boolean;
  readonly #sdk: SdkFeatures;
  readonly #closeDeadlineMs: number;
  /** The names that this process had as a replica. */
  readonly #replicas = new Set<string>();
  #isDistributed = false;
  #runCount = 0;
  #closing: Promise<void> | undefined;

  /**
   * @param requireServer Rejects with `SERVER_UNSUPPORTED` where the server lacks what the transport needs: asked at
   *   the first use.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(
    client: RedisScriptClient,
    options: QueueSettings,
    createTransport: (parts: TransportParts) => EventTransport,
    requireServer: (runner: ScriptRunner, keys: QueueKeys) => Promise<void> = async () => {},
  ) {
    const onError = queueErrorReporter(options.onError);
    this.runner = new ScriptRunner(client);
    const layout = new ServerLayout(client, this.runner, options.prefix, options.layout);
    const route = routeWith(
      async () => requireServer(this.runner, this.keys),
      routeByLayout(layout, options.sharded),
    );
    this.route = route;
    this.reportError = onError;
    // It refuses what is no client, before anything is asked of it.
    const open = subscriptionOf(client, options.subscriber, route);
    this.channels = channelSpaceOf(client, options.subscriber);
    this.keys = new QueueKeys(options.prefix, this.channels);
    this.resolveScope = options.resolveScope;
    const { keys, runner } = this;
    const { runtime } = runner;
    const hub = new ChannelHub(runtime, open, onError);
    this.hub = hub;
    const { taskStore, failoverMs, retentionSeconds } = options;
    const ownRuns = new OwnRuns(runtime);
    const times = { ...leaseTimes(failoverMs), keptMs: notesSeconds(retentionSeconds) * 1000 };
    const lease = new ReplicaLease(runner, keys.replicas, times, {
      isBusy: () => !ownRuns.isQuiet,
      onExpired: (replicas) => {
        this.#reconciler.look(replicas);
      },
      onLost: (replica) => {
        this.#onLeaseLost(replica);
      },
      onError,
    });
    const services: FinisherServices = {
      runtime,
      runner,
      route,
      transport: createTransport({ runtime, runner, hub, route, onError }),
      states: new RedisTaskStates(runner, keys, route, retentionSeconds),
      lease,
      ownRuns,
      store: taskStore,
      trackingStore:
        taskStore !== undefined && isEventTrackingStore(taskStore) ? taskStore : undefined,
      eventStore: eventStoreOf(taskStore, client),
      webhooks: new Webhooks(
        options.pushNotificationSender,
        {
          isOwn: (publisher) => this.#replicas.has(replicaOf(publisher)),
          resolveScope: options.resolveScope,
          persist: async (work) =>
            untilDone(work, {
              runtime,
              tryMs: options.publishDeadlineMs,
              isPassing: failsWhileAway,
              onError,
            }),
        },
        onError,
      ),
      limits: options,
      nextRun: () => {
        this.#runCount += 1;
        this.#replicas.add(lease.replica);
        return runName(lease.replica, this.#runCount);
      },
      onError,
    };
    this.#reconciler = new Reconciler(services);
    this.#services = { ...services, reconciler: this.#reconciler };
    this.#buses = new TaskBuses(this.#services);
    // Messages may have been lost while the connection was.
    hub.onResumed((isConcerned) => {
      this.#services.ownRuns.resumed();
      for (const bus of this.#buses.all()) if (isConcerned(bus.task.channel)) bus.resume();
    });
    hub.onClientClosed((error) => {
      for (const bus of this.#buses.all()) bus.disconnect(error);
    });
    this.#hasStore = taskStore !== undefined;
    this.#sdk = new SdkFeatures(services.trackingStore !== undefined);
    this.#closeDeadlineMs = options.closeDeadlineMs;
  }

  /**
   * Wraps the agent's executor, so that a task can be canceled on any replica.
   *
   * @throws {A2ARedisError} `INVALID_OPTION` without the option `taskStore`.
   */
  distribute(executor: AgentExecutor): AgentExecutor {
    if (!this.#hasStore) {
      throw invalidOption(
        'taskStore',
        'is needed by distribute(): tasks of a replica that is gone are ended there. Pass the store of the request handler',
      );
    }
    this.#isDistributed = true;
    // From now on this replica looks after the tasks of others that are gone.
    this.#services.lease.start().catch(this.reportError);
    return new DistributedExecutor(executor, {
      services: this.#services,
      reconciler: this.#reconciler,
      sdk: this.#sdk,
      busOf: (scope, taskId) => this.#busOf(this.keys.task(scope, taskId)),
    });
  }

  /**
   * Wraps the sender of push notifications, so that webhooks get each event once and in order, however many
   * requests on however many replicas hear it; and has it tell of tasks that are ended because their replica
   * is gone, where the option `pushNotificationSender` names no other.
   *
   * @example
   * ```ts
   * const sender = queues.distributeSender(new DefaultPushNotificationSender(pushStore));
   * new DefaultRequestHandler(agentCard, tasks, executor, queues, pushStore, sender);
   * ```
   */
  distributeSender(sender: PushNotificationSender): PushNotificationSender {
    return this.#services.webhooks.distribute(sender);
  }

  /** See `ExecutionEventBusManager` of the SDK. The other replicas learn that the task runs here. */
  createOrGetByTaskId(taskId: string, context?: ServerCallContext): ExecutionEventBus {
    this.#requireOpen();
    const bus = this.#busOf(this.#addressOf(taskId, context ?? NO_CONTEXT));
    this.#sdk.noteBus(bus, context);
    bus.hold();
    bus.listenAs(context);
    // A distributed executor tells when it begins; otherwise this is all that is ever heard of it.
    if (!this.#isDistributed) void bus.begin({ context: context ?? NO_CONTEXT });
    return bus;
  }

  /**
   * See `ExecutionEventBusManager` of the SDK. Never `undefined`: whether some replica executes the
   * task cannot be known at once. Where none does, the bus finishes by itself.
   */
  getByTaskId(taskId: string, context: ServerCallContext = NO_CONTEXT): ExecutionEventBus {
    this.#requireOpen();
    const bus = this.#busOf(this.#addressOf(taskId, context));
    return new SubscriberBus(bus, this.#services, context);
  }

  /** See `ExecutionEventBusManager` of the SDK. */
  cleanupByTaskId(taskId: string, context: ServerCallContext = NO_CONTEXT): void {
    const bus = this.#buses.get(this.#addressOf(taskId, context));
    bus?.removeAllListeners();
  }

  /**
   * See `ExecutionEventBusManager` of the SDK. Leaves the decision to the request handler, but where
   * other requests still execute the task in this process, or other replicas have ended it.
   */
  settleByTaskId(
    taskId: string,
    eventBus: ExecutionEventBus,
    _lastObservedState: unknown,
    context: ServerCallContext = NO_CONTEXT,
  ): boolean {
    // Another bus may have taken its place, which this execution has nothing to do with.
    const bus = taskBusOf(eventBus) ?? this.#buses.get(this.#addressOf(taskId, context));
    return bus?.settle() ?? false;
  }

  /** Waits until all that was published here so far is with Redis, or was given up. */
  async flush(): Promise<void> {
    await Promise.all(this.#buses.all().map(async (bus) => bus.runs.settled()));
  }

  /**
   * Waits until what executes here has come to its end, all events are with Redis and all webhooks have been
   * told. New executions are not refused: stop the server first.
   *
   * @param deadlineMs How long to wait, in milliseconds. Notifications that are not sent by then are reported
   *   to `onError`.
   * @returns Whether all has come to its end.
   */
  async drain(deadlineMs: number): Promise<boolean> {
    const { runtime } = this.runner;
    const endAt = runtime.now() + deadlineMs;
    for (;;) {
      const busy = this.#buses.all().filter((bus) => bus.isExecuting || bus.runs.isSending);
      const { webhooks } = this.#services;
      if (busy.length === 0 && webhooks.underWay === 0) return true;
      if (runtime.now() >= endAt) {
        if (webhooks.underWay > 0) this.reportError(notTold(webhooks.underWay, deadlineMs));
        return false;
      }
      await sleep(runtime, Math.min(50, Math.max(1, endAt - runtime.now())));
    }
  }

  /**
   * Ends the manager: tasks that still execute here are failed at once, rather than after the
   * failover time; who listens to others gets an `EVENTS_LOST`; subscriptions end, and so do the
   * connections that were opened here. Waits until webhooks have been told. Takes `closeDeadlineMs` at
   * most, whether or not Redis answers; what could not be done by then is reported to `onError`, and the
   * other replicas fail the tasks that are left. Never rejects. Safe to repeat.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Closes the direct queues, as a part of {@link close}. */
  protected abstract closeQueues(): Promise<void>;

  async #close(): Promise<void> {
    this.#buses.stop();
    const parts = {
      buses: this.#buses.all(),
      reconciler: this.#reconciler,
      lease: this.#services.lease,
      ownRuns: this.#services.ownRuns,
      hub: this.hub,
      webhooks: this.#services.webhooks,
      closeQueues: async () => this.closeQueues(),
    };
    await closeManager(this.runner.runtime, parts, this.#closeDeadlineMs, this.reportError);
  }

  #addressOf(taskId: string, context: ServerCallContext): TaskAddress {
    return this.keys.task(this.resolveScope(context), requireId('The task id', taskId));
  }

  #busOf(task: TaskAddress): TaskBus {
    this.#services.lease.start().catch(this.reportError);
    return this.#buses.of(task);
  }

  #onLeaseLost(replica: string): void {
    for (const bus of this.#buses.all()) bus.runs.lose(replica);
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) {
      throw new A2ARedisError('CLIENT_CLOSED', 'The queue manager is closed.');
    }
  }
}

/** The store, where one script can write a task's record and send its events. */
function eventStoreOf(
  store: TaskStore | undefined,
  client: RedisScriptClient,
): EventWritingStore | undefined {
  if (store === undefined || !isEventWritingStore(store)) return undefined;
  return store.writesBy(client) ? store : undefined;
}
