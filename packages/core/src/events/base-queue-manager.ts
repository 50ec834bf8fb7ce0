import { setTimeout as sleep } from 'node:timers/promises';

import {
  type AgentExecutor,
  type ExecutionEventBus,
  type ExecutionEventBusManager,
  ServerCallContext,
} from '@a2a-js/sdk/server';

import { A2ARedisError } from '../errors.ts';
import { requireId } from '../keys/key-segment.ts';
import type { ScopeResolver } from '../keys/scope.ts';
import { isMarkedTaskStore } from '../marks/marked-task-store.ts';
import { invalidOption } from '../options/invalid-option.ts';
import { isClusterClient, type RedisScriptClient } from '../redis/script-client.ts';
import { ScriptRunner } from '../redis/script-runner.ts';
import type { BusServices } from './bus-services.ts';
import { ChannelHub } from './channel-hub.ts';
import { closeManager } from './close-manager.ts';
import { DistributedExecutor } from './distributed-executor.ts';
import type { EventTransport } from './event-transport.ts';
import { JoinedBus } from './joined-bus.ts';
import { QueueKeys, runName, type TaskAddress } from './queue-keys.ts';
import type { QueueSettings } from './queue-manager-options.ts';
import { queueErrorReporter } from './queue-errors.ts';
import { ReplicaLease } from './replica-lease.ts';
import { subscriptionOf } from './subscriber-client.ts';
import { TaskBus } from './task-bus.ts';
import { TaskEnder } from './task-ender.ts';
import { TaskRuns } from './task-runs.ts';

/** How much of the failover time a lease lasts: the rest is for noticing, and for ending the tasks. */
const LEASE_SHARE = 0.6;
/** After how long without a message a bus looks after what a lost one would have told, in milliseconds. */
const CHECK_MS = 4000;
/** How many buses look at once. */
const CHECKS_AT_ONCE = 32;

const NO_CONTEXT = new ServerCallContext();

/** What a transport is made of. */
export interface TransportParts {
  readonly runner: ScriptRunner;
  readonly hub: ChannelHub;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  readonly onError: (error: unknown) => void;
}

/**
 * The SDK's `ExecutionEventBusManager` for many replicas: one bus for each task and process, whose
 * events reach the listeners of all replicas.
 */
export abstract class BaseQueueManager implements ExecutionEventBusManager, AsyncDisposable {
  /** The keys under the manager's prefix. */
  protected readonly keys: QueueKeys;
  protected readonly runner: ScriptRunner;
  protected readonly hub: ChannelHub;
  protected readonly resolveScope: ScopeResolver;
  protected readonly reportError: (error: unknown) => void;
  readonly #buses = new Map<string, TaskBus>();
  readonly #services: BusServices;
  readonly #ender: TaskEnder;
  readonly #hasStore: boolean;
  readonly #closeDeadlineMs: number;
  #isDistributed = false;
  #runCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** @throws {A2ARedisError} `INVALID_OPTION`. */
  constructor(
    client: RedisScriptClient,
    options: QueueSettings,
    createTransport: (parts: TransportParts) => EventTransport,
  ) {
    const onError = queueErrorReporter(options.onError);
    const isSharded = options.sharded === true || isClusterClient(client);
    const publish = isSharded ? 'SPUBLISH' : 'PUBLISH';
    this.reportError = onError;
    this.keys = new QueueKeys(options.prefix);
    this.runner = new ScriptRunner(client);
    this.resolveScope = options.resolveScope;
    this.hub = new ChannelHub(subscriptionOf(client, options.subscriber, isSharded), onError);
    const { keys, runner, hub } = this;
    const { taskStore, failoverMs, retentionSeconds } = options;
    const lease = new ReplicaLease(runner, keys.replicas, Math.round(failoverMs * LEASE_SHARE), {
      onExpired: (replicas) => {
        for (const replica of replicas) this.#ender.endReplica(replica).catch(onError);
      },
      onLost: (replica) => {
        this.#onLeaseLost(replica);
      },
      onError,
    });
    this.#services = {
      transport: createTransport({ runner, hub, publish, onError }),
      runs: new TaskRuns(runner, keys, publish, retentionSeconds),
      lease,
      store: taskStore,
      marks: taskStore !== undefined && isMarkedTaskStore(taskStore) ? taskStore : undefined,
      limits: options,
      nextRun: () => {
        this.#runCount += 1;
        return runName(lease.replica, this.#runCount);
      },
      onError,
      onChanged: (bus) => {
        this.#dropUnneeded(bus);
      },
      onOrphaned: (bus, runs) => {
        this.#ender.endRuns(bus.task, runs, 'failed').catch(onError);
      },
    };
    // Messages may have been lost while the connection was.
    hub.onResumed((isConcerned) => {
      for (const bus of this.#buses.values()) if (isConcerned(bus.task.channel)) bus.resume();
    });
    this.#ender = new TaskEnder(this.#services, taskStore, options.pushNotificationSender);
    this.#hasStore = taskStore !== undefined;
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
    return new DistributedExecutor(executor, this.#services, this.#ender);
  }

  /** See `ExecutionEventBusManager` of the SDK. The other replicas learn that the task runs here. */
  createOrGetByTaskId(taskId: string, context: ServerCallContext = NO_CONTEXT): ExecutionEventBus {
    this.#requireOpen();
    const bus = this.#busOf(this.#addressOf(taskId, context));
    bus.hold();
    // A distributed executor tells when it begins; otherwise this is all that is ever heard of it.
    if (!this.#isDistributed) bus.begin();
    return bus;
  }

  /**
   * See `ExecutionEventBusManager` of the SDK. Never `undefined`: whether some replica executes the
   * task cannot be known at once. Where none does, the bus finishes by itself.
   */
  getByTaskId(taskId: string, context: ServerCallContext = NO_CONTEXT): ExecutionEventBus {
    this.#requireOpen();
    const bus = this.#busOf(this.#addressOf(taskId, context));
    return new JoinedBus(bus, this.#services, context);
  }

  /** See `ExecutionEventBusManager` of the SDK. */
  cleanupByTaskId(taskId: string, context: ServerCallContext = NO_CONTEXT): void {
    const bus = this.#buses.get(this.#addressOf(taskId, context).name);
    bus?.removeAllListeners();
  }

  /**
   * See `ExecutionEventBusManager` of the SDK. Leaves the decision to the request handler, but while
   * other requests still execute the task in this process.
   */
  settleByTaskId(
    taskId: string,
    _eventBus: ExecutionEventBus,
    _lastObservedState: unknown,
    context: ServerCallContext = NO_CONTEXT,
  ): boolean {
    const bus = this.#buses.get(this.#addressOf(taskId, context).name);
    if (bus === undefined) return false;
    bus.settle();
    return bus.isExecuting;
  }

  /** Waits until all that was published here so far is with Redis, or was given up. */
  async flush(): Promise<void> {
    await Promise.all([...this.#buses.values()].map(async (bus) => bus.drained()));
  }

  /**
   * Waits until what executes here has come to its end and all events are with Redis. New executions
   * are not refused: stop the server first.
   *
   * @param deadlineMs How long to wait, in milliseconds.
   * @returns Whether all has come to its end.
   */
  async drain(deadlineMs: number): Promise<boolean> {
    const endAt = performance.now() + deadlineMs;
    for (;;) {
      const busy = [...this.#buses.values()].filter((bus) => bus.isExecuting || bus.isSending);
      if (busy.length === 0) return true;
      if (performance.now() >= endAt) return false;
      await sleep(Math.min(50, Math.max(1, endAt - performance.now())));
    }
  }

  /**
   * Ends the manager: tasks that still execute here are failed at once, rather than after the
   * failover time; who listens to others gets an `EVENTS_LOST`; subscriptions end, and so do the
   * connections that were opened here. Takes `closeDeadlineMs` at most, whether or not Redis answers;
   * what could not be done by then is reported to `onError`, and the other replicas fail the tasks
   * that are left. Never rejects. Safe to repeat.
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
    clearTimeout(this.#timer);
    const parts = {
      buses: [...this.#buses.values()],
      ender: this.#ender,
      lease: this.#services.lease,
      hub: this.hub,
      closeQueues: async () => this.closeQueues(),
    };
    await closeManager(parts, this.#closeDeadlineMs, this.reportError);
  }

  #addressOf(taskId: string, context: ServerCallContext): TaskAddress {
    return this.keys.task(this.resolveScope(context), requireId('The task id', taskId));
  }

  #busOf(task: TaskAddress): TaskBus {
    const known = this.#buses.get(task.name);
    if (known !== undefined && !known.isFinished) return known;
    const bus = new TaskBus(task, this.#services);
    this.#buses.set(task.name, bus);
    this.#scheduleCheck();
    this.#services.lease.start().catch(this.reportError);
    return bus;
  }

  #dropUnneeded(bus: TaskBus): void {
    if (bus.isNeeded) return;
    bus.close();
    if (this.#buses.get(bus.task.name) === bus) this.#buses.delete(bus.task.name);
  }

  #scheduleCheck(): void {
    if (this.#timer !== undefined || this.#closing !== undefined) return;
    this.#timer = setTimeout(() => void this.#check(), CHECK_MS * (0.75 + Math.random() * 0.5));
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const waiting = [...this.#buses.values()];
    const work = async (): Promise<void> => {
      for (let bus = waiting.pop(); bus !== undefined; bus = waiting.pop()) {
        await bus.check(CHECK_MS / 2).catch(this.reportError);
        this.#dropUnneeded(bus);
      }
    };
    await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
    this.#timer = undefined;
    if (this.#buses.size > 0) this.#scheduleCheck();
  }

  #onLeaseLost(replica: string): void {
    for (const bus of this.#buses.values()) bus.onReplicaEnded(replica);
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) {
      throw new A2ARedisError('CLIENT_CLOSED', 'The queue manager is closed.');
    }
  }
}
