import type { Task } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { type AgentExecutor, type ExecutionEventBus, RequestContext } from '@a2a-js/sdk/server';

import { contextOfScope, type Scope } from '../../shared/scope.ts';
import { backOff } from '../../redis/backoff.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { SubscriberBus } from '../bus/subscriber-bus.ts';
import { isUnstorable, neverEntered } from '../events/queue-errors.ts';
import { untilRecorded } from '../execution/recorded-task.ts';
import { knownState } from '../bus/known-state.ts';
import { TaskBus } from '../bus/task-bus.ts';
import type { Reconciler } from '../failover/reconciler.ts';
import type { SdkFeatures } from './sdk-features.ts';

/** What an executor works with, beside that of the application. */
export interface ExecutorParts {
  readonly services: BusServices;
  readonly reconciler: Pick<Reconciler, 'cancel'>;
  readonly sdk: Pick<SdkFeatures, 'require'>;
  /** The bus of a task, on which it can be executed. */
  readonly busOf: (scope: Scope, taskId: string) => TaskBus;
}

/** An executor whose tasks can be canceled on any replica. */
export class DistributedExecutor implements AgentExecutor {
  readonly #executor: AgentExecutor;
  readonly #services: BusServices;
  readonly #reconciler: ExecutorParts['reconciler'];
  readonly #sdk: ExecutorParts['sdk'];
  readonly #busOf: ExecutorParts['busOf'];

  constructor(executor: AgentExecutor, { services, reconciler, sdk, busOf }: ExecutorParts) {
    this.#executor = executor;
    this.#services = services;
    this.#reconciler = reconciler;
    this.#sdk = sdk;
    this.#busOf = busOf;
  }

  async execute(requestContext: RequestContext, eventBus: ExecutionEventBus): Promise<void> {
    const { taskId } = requestContext;
    const bus = taskBusOf(eventBus);
    if (bus === undefined) {
      await this.#executor.execute(requestContext, eventBus);
      return;
    }
    const refusal = this.#refusalOf(requestContext);
    if (refusal !== undefined) {
      bus.refuse(refusal);
      return;
    }
    const entering = this.#enter(bus, requestContext);
    const entered = Promise.allSettled([entering]);
    bus.cancelWith(async () => {
      // An executor knows of nothing to be canceled before it has begun.
      if (!bus.executesSeveral) await entered;
      await this.#executor.cancelTask(taskId, eventBus);
    }, entered);
    const request = await entering;
    bus.others.beginWith((otherId) => this.#beginOther(bus.task.scope, otherId, request, eventBus));
    // Others have ended the task, or the run: who waits for it here gets that end.
    if (!bus.isOver) await this.#executor.execute(request, eventBus);
  }

  /** Begins an execution of a task that is published on the bus of another. */
  #beginOther(
    scope: Scope,
    otherId: string,
    { context, contextId, userMessage }: RequestContext,
    eventBus: ExecutionEventBus,
  ): TaskBus {
    const other = this.#busOf(scope, otherId);
    other.beginAtOnce({ context, contextId, userMessage });
    const entered = other.runs.present.register();
    other.cancelWith(async () => this.#executor.cancelTask(otherId, eventBus), entered);
    return other;
  }

  /**
   * Why a task cannot begin with a message: no record can hold it, nor any end of the task. The message of a task that
   * is there was stored before.
   */
  #refusalOf({ taskId, contextId, task, userMessage }: RequestContext): Error | undefined {
    if (task !== undefined) return undefined;
    const begun = {
      id: taskId,
      contextId,
      status: undefined,
      history: [userMessage],
      artifacts: [],
      metadata: undefined,
    };
    try {
      this.#services.trackingStore?.requireStorable?.(begun);
      return undefined;
    } catch (error) {
      if (!isUnstorable(error)) throw error;
      return new RequestMalformedError(`The message cannot be stored: ${error.message}`);
    }
  }

  /**
   * Waits until others can tell that the task is executed here: nobody else would end it.
   *
   * @returns The request, with the task as it is by then.
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED` where Redis does not answer in time; what it refuses for good;
   *   `SDK_UNSUPPORTED`.
   */
  async #enter(bus: TaskBus, request: RequestContext): Promise<RequestContext> {
    const { runtime, lease, limits } = this.#services;
    const giveUpAt = runtime.now() + limits.publishDeadlineMs;
    const proving = this.#sdk.require(bus);
    if (proving !== undefined) await proving;
    let run = await bus.begin(request);
    for (let attempt = 1; !bus.isOver; attempt += 1) {
      const { counter } = bus.runs;
      const current = run.isRegistered ? await this.#current(bus, request) : undefined;
      if (current !== undefined) {
        // The replies may be old: by now, others may have taken this replica to be gone.
        await lease.confirm();
        // An execution that was under way here may have come to where its task asks its user.
        const isBehind = current !== request && !bus.executesSeveral && bus.runs.counter > counter;
        if (bus.isOver || (lease.isWatched && !isBehind)) return current;
        if (isBehind && runtime.now() < giveUpAt) continue;
      }
      const refusal = lease.refusal ?? run.refusal;
      if (refusal !== undefined) throw refusal;
      if (runtime.now() >= giveUpAt) throw neverEntered(request.taskId);
      if (run.isVoid) {
        run = await bus.beginAnew(request);
        continue;
      }
      await backOff(runtime, attempt, 50, 1000);
      await run.register();
    }
    return request;
  }

  /**
   * A request with its task as it is once its run was entered. Where the task has come to its end since the
   * request loaded it, the run is over: nothing may be left that says so but its record. Where requests store
   * what they hear, it may not have held yet what had been published by then.
   *
   * @returns `undefined` where that cannot be known for now.
   */
  async #current(bus: TaskBus, request: RequestContext): Promise<RequestContext | undefined> {
    if (request.task === undefined) return request;
    const { store, eventStore, onError } = this.#services;
    try {
      if (eventStore === undefined) await bus.runs.sent();
      await untilRecorded(bus.task, this.#services);
      const stored = await store?.load(request.task.id, contextOfScope(bus.task.scope));
      if (isTerminal(stored?.status)) bus.leave();
      return eventStore === undefined && stored !== undefined ? withTask(request, stored) : request;
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  async cancelTask(taskId: string, eventBus: ExecutionEventBus): Promise<void> {
    if (eventBus instanceof SubscriberBus) eventBus.canceling();
    const bus = taskBusOf(eventBus);
    if (bus === undefined || bus.isExecuting) {
      await this.#executor.cancelTask(taskId, eventBus);
      return;
    }
    await bus.whileCanceling(async () => this.#cancelElsewhere(bus, eventBus));
  }

  async #cancelElsewhere(bus: TaskBus, eventBus: ExecutionEventBus): Promise<void> {
    const { runtime } = this.#services;
    for (let attempt = 1; ; attempt += 1) {
      const asked = await bus.cancels.request();
      if (asked.outcome === 'told') return;
      const isEnded =
        asked.runs.length > 0
          ? await this.#reconciler.cancel(bus.task, asked.runs)
          : await this.#cancelUnexecuted(bus, eventBus);
      if (isEnded) return;
      // Another execution has begun meanwhile: that is asked now.
      await backOff(runtime, attempt, 20, 1000);
    }
  }

  /**
   * Nobody executes the task: it waits for its user, or was left behind.
   *
   * @returns Whether that is so still.
   */
  async #cancelUnexecuted(bus: TaskBus, eventBus: ExecutionEventBus): Promise<boolean> {
    const { taskId } = bus.task;
    const { eventStore, onError } = this.#services;
    const { phase } = await knownState(bus.task, this.#services);
    if (phase === 'running') return false;
    // The executor may have something to clean up for a task that waits; it need not know of it.
    if (phase === 'open') {
      await this.#executor.cancelTask(taskId, eventBus).catch(onError);
    }
    // Where requests store what they hear, the executor's own end is on its way to them.
    if (eventStore !== undefined || !bus.runs.present.publisher.hasPublishedEnd) {
      return this.#reconciler.cancel(bus.task, []);
    }
    eventBus.finished();
    return true;
  }
}

function withTask(
  { request, taskId, contextId, context, referenceTasks }: RequestContext,
  task: Task,
): RequestContext {
  return new RequestContext(request, taskId, contextId, context, task, referenceTasks);
}

/** The bus of a manager of these packages; `undefined` for any other. */
export function taskBusOf(bus: ExecutionEventBus): TaskBus | undefined {
  if (bus instanceof SubscriberBus) return bus.bus;
  return bus instanceof TaskBus ? bus : undefined;
}
