import {
  AgentEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';

import { contextOfScope } from '../../shared/scope.ts';
import { backOff } from '../../redis/backoff.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { statusOfEnd } from '../events/end-status.ts';
import { SubscriberBus } from '../bus/subscriber-bus.ts';
import { neverEntered } from '../events/queue-errors.ts';
import { TaskBus } from '../bus/task-bus.ts';
import type { TaskFinisher } from '../failover/task-finisher.ts';

/** An executor whose tasks can be canceled on any replica. */
export class DistributedExecutor implements AgentExecutor {
  readonly #executor: AgentExecutor;
  readonly #services: BusServices;
  readonly #finisher: TaskFinisher;

  constructor(executor: AgentExecutor, services: BusServices, finisher: TaskFinisher) {
    this.#executor = executor;
    this.#services = services;
    this.#finisher = finisher;
  }

  async execute(requestContext: RequestContext, eventBus: ExecutionEventBus): Promise<void> {
    const { taskId } = requestContext;
    const bus = taskBusOf(eventBus);
    bus?.cancels.handleWith(async () => this.#executor.cancelTask(taskId, eventBus));
    if (bus !== undefined) await this.#enter(bus, requestContext);
    // Others have ended the task, or the run: who waits for it here gets that end.
    if (bus?.isOver === true) return;
    await this.#executor.execute(requestContext, eventBus);
  }

  /**
   * Waits until others can tell that the task is executed here: nobody else would end it.
   *
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED` where Redis does not answer in time.
   */
  async #enter(bus: TaskBus, request: RequestContext): Promise<void> {
    const { runtime, lease, limits } = this.#services;
    const giveUpAt = runtime.now() + limits.publishDeadlineMs;
    let run = await bus.begin(request);
    for (let attempt = 1; !bus.isOver; attempt += 1) {
      if (run.isRegistered && (await this.#mayGoOn(bus, request))) {
        // The replies may be old: by now, others may have taken this replica to be gone.
        await lease.confirm();
        if (bus.isOver || lease.isLive) return;
      }
      if (runtime.now() >= giveUpAt) throw neverEntered(request.taskId);
      if (run.isVoid) {
        run = await bus.beginAnew(request);
        continue;
      }
      await backOff(runtime, attempt, 50, 1000);
      await run.register();
    }
  }

  /**
   * Whether a task can be gone on with: not where it has come to its end since the request loaded it. Then
   * the run is over. Nothing may be left of the task that says so but its record.
   */
  async #mayGoOn(bus: TaskBus, { task }: RequestContext): Promise<boolean> {
    if (task === undefined) return true;
    const { store, onError } = this.#services;
    try {
      const stored = await store?.load(task.id, contextOfScope(bus.task.scope));
      if (isTerminal(stored?.status)) bus.leave();
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  async cancelTask(taskId: string, eventBus: ExecutionEventBus): Promise<void> {
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
          ? await this.#finisher.endRuns(bus.task, asked.runs, 'canceled')
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
    const { runtime, states, eventStore, onError } = this.#services;
    const { phase } = await states.state(bus.task);
    // The executor may have something to clean up for a task that waits; it need not know of it.
    if (phase === 'open') {
      await this.#executor.cancelTask(taskId, eventBus).catch(onError);
    }
    if (eventStore !== undefined) return this.#finisher.endIdle(bus.task, 'canceled');
    if (!bus.runs.present.publisher.hasPublishedEnd) {
      const contextId = await this.#finisher.contextIdOf(bus.task);
      const messageId = runtime.randomUUID();
      const status = statusOfEnd('canceled', taskId, contextId, messageId, runtime.wallClock());
      const update = { taskId, contextId, status, metadata: {} };
      eventBus.publish(AgentEvent.statusUpdate(update));
    }
    eventBus.finished();
    return true;
  }
}

/** The bus of a manager of these packages; `undefined` for any other. */
export function taskBusOf(bus: ExecutionEventBus): TaskBus | undefined {
  if (bus instanceof SubscriberBus) return bus.bus;
  return bus instanceof TaskBus ? bus : undefined;
}
